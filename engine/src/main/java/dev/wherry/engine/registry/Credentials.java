package dev.wherry.engine.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/**
 * Who asks a registry; each part is empty where the client gave none.
 *
 * @param identityToken stands for a password, and is exchanged for tokens (OAuth 2 refresh token)
 * @param registryToken is sent as it is
 */
public record Credentials(
    String username, String password, String identityToken, String registryToken) {
  public static final Credentials NONE = new Credentials("", "", "", "");

  /** Whether there is a name or a password to send. */
  boolean hasPassword() {
    return !username.isEmpty() || !password.isEmpty();
  }

  /** The value of an {@code Authorization} header (RFC 7617). */
  String basic() {
    return "Basic "
        + Base64.getEncoder().encodeToString((username + ":" + password).getBytes(UTF_8));
  }

  /** Tells nothing, so that no log ever does. */
  @Override
  public String toString() {
    return equals(NONE) ? "no credentials" : "credentials";
  }
}
