package dev.wherry.engine.registry;

import dev.wherry.engine.registry.RegistryHttp.Answer;
import dev.wherry.engine.registry.RegistryHttp.Request;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with one registry: shows it the credentials it asks for, and follows it where it
 * sends us, without them. Thread-safe, so that layers come by it in parallel.
 */
final class RegistrySession {
  private static final int MAX_REDIRECTS = 10;

  private final RegistryHttp http;
  private final RegistryEndpoint endpoint;
  private final Credentials credentials;
  private final String scope;
  private final Tokens tokens;

  /** The value of the {@code Authorization} header, empty until the registry has asked for one. */
  private volatile String authorization;

  private volatile String identityToken = "";

  /**
   * @param scope what tokens are asked for, empty for no more than to be known
   */
  RegistrySession(
      RegistryHttp http,
      RegistryEndpoint endpoint,
      Credentials credentials,
      String scope,
      Cancellation cancellation) {
    this.http = http;
    this.endpoint = endpoint;
    this.credentials = endpoint.mirror() ? Credentials.NONE : credentials;
    this.scope = scope;
    this.tokens = new Tokens(http, endpoint, this.credentials, cancellation);
    String token = this.credentials.registryToken();
    this.authorization = token.isEmpty() ? "" : "Bearer " + token;
  }

  RegistryEndpoint endpoint() {
    return endpoint;
  }

  /** What stands for the password from now on, if a token server has given such. */
  String identityToken() {
    return identityToken;
  }

  /**
   * Learns how the registry wants to be asked, without asking for anything.
   *
   * @throws IOException if it does not answer
   */
  void ping(Cancellation cancellation) throws IOException {
    Reached reached = exchange("GET", endpoint.resolve(""), Map.of(), cancellation);
    try (Answer answer = reached.answer) {
      if (reached.asksUs()) {
        authorize(answer, "");
      }
    } catch (RegistryError e) {
      throw e.during(endpoint.resolve(""));
    } catch (NoCredentials e) {
      // Perhaps none are needed for what we want; else that is where it is said.
    }
  }

  /**
   * Proves to the registry who asks.
   *
   * @throws RegistryError if it does not believe it
   */
  void login(Cancellation cancellation) throws IOException {
    URI uri = endpoint.resolve("");
    Request request = Request.of("GET", uri, Map.of(), endpoint.verified());
    Answer answer = get(uri, Map.of(), cancellation);
    if (answer.status() != 200) {
      throw RegistryError.of(request, answer);
    }
    answer.close();
  }

  /**
   * Asks for something that must be there.
   *
   * @throws RegistryError if it is not, or not for us
   */
  Answer require(URI uri, Map<String, String> headers, Cancellation cancellation)
      throws IOException {
    Answer answer = get(uri, headers, cancellation);
    if (answer.status() != 200 && answer.status() != 206) {
      throw RegistryError.of(Request.of("GET", uri, headers, endpoint.verified()), answer);
    }
    return answer;
  }

  private Answer get(URI uri, Map<String, String> headers, Cancellation cancellation)
      throws IOException {
    String used = authorization;
    Reached reached = exchange("GET", uri, headers, cancellation);
    Answer answer = reached.answer;
    if (!reached.asksUs()) {
      return answer;
    }
    boolean retry;
    try {
      retry = authorize(answer, used);
    } catch (IOException e) {
      answer.close();
      throw switch (e) {
        case NoCredentials none -> said(uri, none);
        case RegistryError error -> error.during(uri);
        default -> e;
      };
    }
    if (!retry) {
      return answer;
    }
    answer.close();
    return exchange("GET", uri, headers, cancellation).answer;
  }

  /**
   * An answer.
   *
   * @param home whether the registry itself gave it; nobody else's challenges count
   */
  private record Reached(Answer answer, boolean home) {
    boolean asksUs() {
      return home && answer.status() == 401;
    }
  }

  private static IOException said(URI uri, Exception e) {
    return new IOException("Get \"" + uri + "\": " + e.getMessage(), e);
  }

  /** A registry wants a password and there is none. */
  private static final class NoCredentials extends IOException {
    private static final long serialVersionUID = 1L;

    NoCredentials() {
      super("no basic auth credentials");
    }
  }

  /**
   * Gets what a registry asks for.
   *
   * @param used what was shown and did not do
   * @return whether there is something new to show
   */
  private synchronized boolean authorize(Answer refusal, String used) throws IOException {
    if (!authorization.equals(used)) {
      return true;
    }
    List<Challenge> challenges = Challenge.parse(refusal.headers("WWW-Authenticate"));
    Optional<Challenge> bearer = Challenge.find(challenges, Challenge.BEARER);
    if (bearer.isPresent()) {
      if (!credentials.registryToken().isEmpty()) {
        return false;
      }
      String wanted = scope.isEmpty() ? bearer.get().parameter("scope") : scope;
      Tokens.Token token = tokens.fetch(bearer.get(), wanted, credentials.hasPassword());
      identityToken = token.identity();
      authorization = "Bearer " + token.value();
      return true;
    }
    if (Challenge.find(challenges, Challenge.BASIC).isPresent()) {
      if (!credentials.hasPassword()) {
        throw new NoCredentials();
      }
      boolean fresh = used.isEmpty();
      authorization = credentials.basic();
      return fresh;
    }
    return false;
  }

  /** Sends, and follows redirects; only the registry itself sees what is secret to it. */
  private Reached exchange(
      String method, URI first, Map<String, String> headers, Cancellation cancellation)
      throws IOException {
    URI uri = first;
    for (int hops = 0; hops <= MAX_REDIRECTS; hops++) {
      cancellation.check();
      boolean home = endpoint.owns(uri);
      Map<String, String> all = new LinkedHashMap<>(headers);
      String secret = authorization;
      if (home && !secret.isEmpty()) {
        all.put("Authorization", secret);
      }
      Answer answer =
          send(Request.of(method, uri, all, endpoint.verified() || !home), cancellation);
      URI next = redirect(answer, uri);
      if (next == null) {
        return new Reached(answer, home);
      }
      answer.close();
      if (uri.getScheme().equals("https") && !next.getScheme().equals("https")) {
        throw new IOException("the registry redirects from " + uri + " to plain HTTP");
      }
      uri = next;
    }
    throw new IOException("Get \"" + first + "\": stopped after " + MAX_REDIRECTS + " redirects");
  }

  private Answer send(Request request, Cancellation cancellation) throws IOException {
    try {
      return http.send(request, cancellation);
    } catch (IOException e) {
      cancellation.check();
      throw said(request.uri(), e);
    }
  }

  private static @Nullable URI redirect(Answer answer, URI from) throws IOException {
    boolean moved =
        switch (answer.status()) {
          case 301, 302, 303, 307, 308 -> true;
          default -> false;
        };
    if (!moved) {
      return null;
    }
    String location = answer.header("Location");
    try {
      URI next = from.resolve(location);
      String scheme = String.valueOf(next.getScheme());
      if (next.getHost() != null && (scheme.equals("https") || scheme.equals("http"))) {
        return next;
      }
    } catch (IllegalArgumentException e) {
      answer.close();
      throw new IOException("the registry redirects to no address: " + location, e);
    }
    answer.close();
    throw new IOException("the registry redirects to no web address: " + location);
  }
}
