package dev.wherry.engine.registry;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.registry.RegistryHttp.Answer;
import dev.wherry.engine.registry.RegistryHttp.Content;
import dev.wherry.engine.registry.RegistrySession.Call;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One repository of a registry, to be filled (OCI distribution-spec, "Push"). */
final class PushTarget {
  private static final Map<String, String> OCTETS =
      Map.of("Content-Type", "application/octet-stream");

  private final RegistrySession session;
  private final ImageReference name;
  private final Cancellation cancellation;

  PushTarget(RegistrySession session, ImageReference name, Cancellation cancellation) {
    this.session = session;
    this.name = name;
    this.cancellation = cancellation;
  }

  /** What tokens for writing a repository are asked for. */
  static String scope(ImageReference name) {
    return "repository:" + name.path() + ":pull,push";
  }

  /** The same target for work that can be cancelled by itself. */
  PushTarget with(Cancellation other) {
    return new PushTarget(session, name, other);
  }

  ImageReference name() {
    return name;
  }

  private URI uri(String path) {
    return session.endpoint().resolve(name.path() + "/" + path);
  }

  private Answer require(Call call, int... expected) throws IOException {
    Answer answer = session.ask(call, cancellation);
    for (int status : expected) {
      if (answer.status() == status) {
        return answer;
      }
    }
    throw RegistryError.of(
        RegistryHttp.Request.of(
            call.method(), call.uri(), Map.of(), session.endpoint().trust(call.uri())),
        answer);
  }

  /** Whether the repository has a blob. */
  boolean has(Digest digest) throws IOException {
    Call call = new Call("HEAD", uri("blobs/" + digest), Map.of(), Content.NONE);
    try (Answer answer = require(call, 200, 404)) {
      return answer.status() == 200;
    }
  }

  /**
   * Asks for a blob of another repository of the registry.
   *
   * @return {@code null} if it is there now, else where it can be sent to
   */
  @Nullable URI mount(Digest digest, String from) throws IOException {
    session.widen("repository:" + from + ":pull");
    String query = "mount=" + encode(digest.toString()) + "&from=" + encode(from);
    URI uri = uri("blobs/uploads/?" + query);
    try (Answer answer = require(new Call("POST", uri, Map.of(), Content.NONE), 201, 202)) {
      return answer.status() == 201 ? null : location(uri, answer);
    }
  }

  /** Begins to send a blob; answers where to. */
  URI begin() throws IOException {
    URI uri = uri("blobs/uploads/");
    try (Answer answer = require(new Call("POST", uri, Map.of(), Content.NONE), 202)) {
      return location(uri, answer);
    }
  }

  /** Sends all of a blob whose length and digest show only then; answers how it goes on. */
  URI send(URI upload, Content content) throws IOException {
    try (Answer answer = require(new Call("PATCH", upload, OCTETS, content), 202)) {
      return location(upload, answer);
    }
  }

  /** Ends the sending of a blob, with what is left of it. */
  void finish(URI upload, Digest digest, Content rest) throws IOException {
    String separator = upload.getRawQuery() == null ? "?" : "&";
    URI uri = URI.create(upload + separator + "digest=" + encode(digest.toString()));
    try (Answer answer = require(new Call("PUT", uri, OCTETS, rest), 201, 204)) {
      requireTaken(digest, answer);
    }
  }

  /** Puts a manifest under a tag; the registry has to have all it names. */
  void manifest(String tag, String mediaType, byte[] json) throws IOException {
    Call call =
        new Call(
            "PUT", uri("manifests/" + tag), Map.of("Content-Type", mediaType), Content.of(json));
    try (Answer answer = require(call, 200, 201)) {
      requireTaken(Digest.sha256(json), answer);
    }
  }

  /** That the registry, where it says what it has taken, says what it was given. */
  private static void requireTaken(Digest given, Answer answer) throws IOException {
    String taken = answer.header("Docker-Content-Digest");
    if (taken.startsWith(given.algorithm() + ":") && !taken.equals(given.toString())) {
      throw new IOException(
          "the registry says that it has taken %s where it was given %s".formatted(taken, given));
    }
  }

  /** Where to go on; may be another server, which then is not told who we are. */
  private static URI location(URI from, Answer answer) throws IOException {
    String location = answer.header("Location");
    try {
      URI next = from.resolve(location);
      String scheme = String.valueOf(next.getScheme());
      if (!location.isEmpty()
          && next.getHost() != null
          && (scheme.equals("https") || scheme.equals("http"))) {
        RegistrySession.requireNoDowngrade(from, next);
        return next;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("the registry names no address to send to: " + location, e);
    }
    throw new IOException("the registry names no address to send to: " + location);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
