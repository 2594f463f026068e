package dev.wherry.engine.registry;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.registry.RegistryHttp.Answer;
import dev.wherry.engine.registry.RegistryHttp.Request;
import dev.wherry.engine.registry.RegistryHttp.Trust;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** An archive that lies somewhere on the web, and is in no registry. */
final class RemoteArchive {
  private static final int MAX_REDIRECTS = 10;

  /** How much of an error's text is passed on. */
  private static final int MAX_TEXT = 1024;

  private RemoteArchive() {}

  /**
   * Asks for it, and follows redirects.
   *
   * @param source an http or https address; without a scheme, http
   * @throws EngineException if it is no address, or the server does not have it
   */
  static Answer open(RegistryHttp http, String source, Cancellation cancellation)
      throws IOException {
    URI uri = parse(source);
    for (int hops = 0; hops <= MAX_REDIRECTS; hops++) {
      cancellation.check();
      Trust trust = new Trust(true, uri.getRawAuthority());
      Answer answer = send(http, Request.of("GET", uri, Map.of(), trust), cancellation);
      URI next = RegistrySession.redirect(answer, uri);
      if (next == null) {
        return requireSuccess(answer, uri);
      }
      answer.close();
      uri = next;
    }
    throw new IOException(
        "Get \"%s\": stopped after %d redirects".formatted(source, MAX_REDIRECTS));
  }

  private static URI parse(String source) {
    try {
      URI uri = URI.create(source.contains("://") ? source : "http://" + source);
      String scheme = String.valueOf(uri.getScheme());
      if (uri.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new EngineException.InvalidParameter("invalid address: " + e.getMessage(), e);
    }
    throw new EngineException.InvalidParameter("no address of the web: " + source);
  }

  private static Answer send(RegistryHttp http, Request request, Cancellation cancellation)
      throws IOException {
    try {
      return http.send(request, cancellation);
    } catch (IOException e) {
      throw new IOException("Get \"%s\": %s".formatted(request.uri(), e.getMessage()), e);
    }
  }

  private static Answer requireSuccess(Answer answer, URI uri) throws IOException {
    if (answer.status() < 400) {
      return answer;
    }
    try (answer;
        InputStream body = answer.body()) {
      String text = new String(body.readNBytes(MAX_TEXT), StandardCharsets.UTF_8).strip();
      String message = "failed to GET %s with status %d: %s".formatted(uri, answer.status(), text);
      throw answer.status() == 404
          ? new EngineException.NotFound(message)
          : new EngineException.Internal(message);
    }
  }
}
