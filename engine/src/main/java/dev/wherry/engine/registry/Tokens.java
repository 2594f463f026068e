package dev.wherry.engine.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.engine.store.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gets bearer tokens from where a registry says they are to be had (distribution project, "Token
 * Authentication Specification" and "OAuth2").
 */
final class Tokens {
  private static final int MAX_BODY = 1 << 20;
  private static final String CLIENT = "docker";

  private final RegistryHttp http;
  private final RegistryEndpoint endpoint;
  private final Credentials credentials;
  private final Cancellation cancellation;

  Tokens(
      RegistryHttp http,
      RegistryEndpoint endpoint,
      Credentials credentials,
      Cancellation cancellation) {
    this.http = http;
    this.endpoint = endpoint;
    this.credentials = credentials;
    this.cancellation = cancellation;
  }

  /**
   * A token.
   *
   * @param identity stands for the password from now on, empty if the server gave none
   */
  record Token(String value, String identity) {
    /** Tells nothing. */
    @Override
    public String toString() {
      return "token";
    }
  }

  /**
   * Asks for a token.
   *
   * @param scopes what for, as the registry's challenge says or as we know; may be empty
   * @param offline whether an identity token is wanted too
   * @throws IOException if none is to be had; credentials are sent to no server that could not have
   *     the registry's trust
   */
  Token fetch(Challenge challenge, List<String> scopes, boolean offline) throws IOException {
    URI realm = realm(challenge.parameter("realm"));
    Map<String, String> form = new LinkedHashMap<>();
    put(form, "service", challenge.parameter("service"));
    RegistryHttp.Request request =
        credentials.identityToken().isEmpty()
            ? byPassword(realm, form, scopes, offline)
            : byIdentity(realm, form, scopes);
    RegistryHttp.Answer answer = http.send(request, cancellation);
    if (answer.status() / 100 != 2) {
      throw RegistryError.of(request, answer);
    }
    try (answer) {
      return read(Bodies.read(answer, MAX_BODY, "token"));
    }
  }

  private URI realm(String text) throws IOException {
    URI realm;
    try {
      realm = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IOException("invalid token auth challenge realm: " + text, e);
    }
    String scheme = String.valueOf(realm.getScheme());
    boolean plain = scheme.equalsIgnoreCase("http");
    if (realm.getHost() == null || !(plain || scheme.equalsIgnoreCase("https"))) {
      throw new IOException("invalid token auth challenge realm: " + text);
    }
    if (plain && endpoint.base().getScheme().equals("https")) {
      throw new IOException("the token auth challenge realm is not secure: " + text);
    }
    return realm;
  }

  private RegistryHttp.Request byPassword(
      URI realm, Map<String, String> form, List<String> scopes, boolean offline) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (credentials.hasPassword()) {
      put(form, "account", credentials.username());
      headers.put("Authorization", credentials.basic());
    }
    if (offline) {
      form.put("offline_token", "true");
      form.put("client_id", CLIENT);
    }
    StringBuilder query = new StringBuilder(encode(form));
    for (String scope : scopes) {
      query
          .append(query.isEmpty() ? "" : "&")
          .append("scope=")
          .append(URLEncoder.encode(scope, UTF_8));
    }
    String separator = query.isEmpty() ? "" : realm.getRawQuery() == null ? "?" : "&";
    URI uri = URI.create(realm + separator + query);
    return RegistryHttp.Request.of("GET", uri, headers, endpoint.trust(realm));
  }

  private RegistryHttp.Request byIdentity(
      URI realm, Map<String, String> form, List<String> scopes) {
    put(form, "scope", String.join(" ", scopes));
    form.put("grant_type", "refresh_token");
    form.put("refresh_token", credentials.identityToken());
    form.put("client_id", CLIENT);
    return new RegistryHttp.Request(
        "POST",
        realm,
        Map.of("Content-Type", "application/x-www-form-urlencoded"),
        RegistryHttp.Content.of(encode(form).getBytes(UTF_8)),
        endpoint.trust(realm));
  }

  private static void put(Map<String, String> form, String name, String value) {
    if (!value.isEmpty()) {
      form.put(name, value);
    }
  }

  private static String encode(Map<String, String> form) {
    StringBuilder text = new StringBuilder();
    form.forEach(
        (name, value) ->
            text.append(text.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, UTF_8)));
    return text.toString();
  }

  private static Token read(byte[] body) throws IOException {
    JsonNode node;
    try {
      node = Json.mapper().readTree(body);
    } catch (JsonProcessingException e) {
      throw new IOException("unable to decode token response: " + e.getOriginalMessage(), e);
    }
    String token = node.path("token").asText("");
    String value = token.isEmpty() ? node.path("access_token").asText("") : token;
    if (value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new IOException("authorization server did not include a token in the response");
    }
    return new Token(value, node.path("refresh_token").asText(""));
  }
}
