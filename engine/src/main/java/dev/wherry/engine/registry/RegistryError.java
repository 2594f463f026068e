package dev.wherry.engine.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.engine.store.Json;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.Set;

/**
 * What a registry answered instead of what it was asked for (OCI distribution-spec, "Error Codes").
 */
final class RegistryError extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_BODY = 64 << 10;
  private static final int MAX_TEXT = 1000;

  /** What was lost or damaged on its way, or with the registry, may arrive at the next attempt. */
  private static final Set<String> OF_ONE_UPLOAD =
      Set.of("BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID", "DIGEST_INVALID", "SIZE_INVALID");

  private final int status;
  private final String code;

  private RegistryError(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The HTTP status. */
  int status() {
    return status;
  }

  /** Whether asking again will not help. */
  boolean isFinal() {
    return status < 500 && status != 408 && status != 429 && !OF_ONE_UPLOAD.contains(code);
  }

  /** For example {@code MANIFEST_UNKNOWN}; empty if the registry gave none. */
  String code() {
    return code;
  }

  /** The same, said of what was asked for when it came up. */
  RegistryError during(String method, URI uri) {
    RegistryError said =
        new RegistryError(
            status, code, RegistrySession.verb(method) + " \"" + uri + "\": " + getMessage());
    said.initCause(this);
    return said;
  }

  /** Reads an answer that is no success, and closes it. */
  static RegistryError of(RegistryHttp.Request request, RegistryHttp.Answer answer)
      throws IOException {
    try (answer) {
      int status = answer.status();
      byte[] body = answer.body().readNBytes(MAX_BODY);
      JsonNode first = errors(body).path(0);
      String code = clean(first.path("code").asText(""));
      if (!code.isEmpty()) {
        return new RegistryError(
            status, code, words(code) + ": " + clean(first.path("message").asText("")));
      }
      return switch (status) {
        case 401 ->
            new RegistryError(status, "UNAUTHORIZED", "unauthorized: authentication required");
        case 429 ->
            new RegistryError(status, "TOOMANYREQUESTS", "toomanyrequests: too many requests");
        default ->
            new RegistryError(
                status,
                "",
                "unexpected status from %s request to %s: %d"
                    .formatted(request.method(), request.uri(), status));
      };
    }
  }

  private static JsonNode errors(byte[] body) throws IOException {
    try {
      JsonNode node = Json.mapper().readTree(body);
      if (node.path("errors").isArray()) {
        return node.path("errors");
      }
    } catch (JsonProcessingException e) {
      // Not every proxy in front of a registry answers in JSON; the status has to do.
    }
    return Json.mapper().createArrayNode();
  }

  private static String words(String code) {
    return code.toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** A stranger's text, so that it is one line of bounded length in logs and terminals. */
  private static String clean(String text) {
    String line = text.replaceAll("\\p{Cntrl}", " ");
    return line.length() > MAX_TEXT ? line.substring(0, MAX_TEXT) : line;
  }
}
