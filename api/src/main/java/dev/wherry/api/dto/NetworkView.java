package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answer of NetworkInspect and entry of NetworkList (Docker Engine API, {@code Network}). */
public record NetworkView(
    String name,
    String id,
    String created,
    String scope,
    String driver,
    @JsonProperty("EnableIPv4") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Boolean enableIpv4,
    @JsonProperty("EnableIPv6") boolean enableIpv6,
    @JsonProperty("IPAM") IpamView ipam,
    boolean internal,
    boolean attachable,
    boolean ingress,
    ConfigFromView configFrom,
    boolean configOnly,
    Map<String, NetworkContainerView> containers,
    Map<String, String> options,
    Map<String, String> labels) {

  /** {@code IPAM}. */
  public record IpamView(
      String driver, @Nullable Map<String, String> options, @Nullable List<PoolView> config) {}

  /** One pool of addresses; what it does not have is left out. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record PoolView(
      String subnet,
      @JsonProperty("IPRange") String ipRange,
      String gateway,
      Map<String, String> auxiliaryAddresses) {}

  /** {@code ConfigReference}. */
  public record ConfigFromView(String network) {}

  /** One running container on the network. */
  public record NetworkContainerView(
      String name,
      @JsonProperty("EndpointID") String endpointId,
      String macAddress,
      @JsonProperty("IPv4Address") String ipv4Address,
      @JsonProperty("IPv6Address") String ipv6Address) {}
}
