package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** {@code AuthConfig}, as {@code docker login} sends it. */
public record LoginRequest(
    @JsonProperty("username") @Nullable String username,
    @JsonProperty("password") @Nullable String password,
    @JsonProperty("serveraddress") @Nullable String serverAddress,
    @JsonProperty("identitytoken") @Nullable String identityToken,
    @JsonProperty("registrytoken") @Nullable String registryToken) {

  /** Tells nothing: it is all secret. */
  @Override
  public String toString() {
    return "LoginRequest";
  }
}
