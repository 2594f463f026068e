package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Body of NetworkCreate (Docker Engine API). */
public record NetworkCreateRequest(
    @Nullable String name,
    @Nullable String driver,
    @Nullable String scope,
    boolean internal,
    boolean attachable,
    boolean ingress,
    boolean configOnly,
    @Nullable ConfigFromRequest configFrom,
    @JsonProperty("IPAM") @Nullable IpamRequest ipam,
    @JsonProperty("EnableIPv4") @Nullable Boolean enableIpv4,
    @JsonProperty("EnableIPv6") @Nullable Boolean enableIpv6,
    @Nullable Map<String, String> options,
    @Nullable Map<String, String> labels) {

  /** A network to take the configuration from. */
  public record ConfigFromRequest(@Nullable String network) {}

  /** Address management. */
  public record IpamRequest(
      @Nullable String driver,
      @Nullable List<PoolRequest> config,
      @Nullable Map<String, String> options) {}

  /** One pool of addresses. */
  public record PoolRequest(
      @Nullable String subnet,
      @JsonProperty("IPRange") @Nullable String ipRange,
      @Nullable String gateway,
      @Nullable Map<String, String> auxiliaryAddresses) {}
}
