package dev.wherry.api.route;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Json;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.registry.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The credentials that a client sends along for the registry it names. */
final class RegistryAuth {
  private static final String HEADER = "X-Registry-Auth";

  private RegistryAuth() {}

  /**
   * Those of the header, {@link Credentials#NONE} if it is not there or, as in dockerd, garbage.
   */
  static Credentials of(Exchange exchange) {
    String header = exchange.request().getHeader(HEADER);
    if (header == null || header.isBlank()) {
      return Credentials.NONE;
    }
    try {
      String base64 = header.strip().replace('+', '-').replace('/', '_');
      byte[] json = Base64.getUrlDecoder().decode(base64);
      return of(Json.tree(new String(json, StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException | EngineException.InvalidParameter e) {
      return Credentials.NONE;
    }
  }

  private static Credentials of(JsonNode auth) {
    return new Credentials(
        auth.path("username").asText(""),
        auth.path("password").asText(""),
        auth.path("identitytoken").asText(""),
        auth.path("registrytoken").asText(""));
  }
}
