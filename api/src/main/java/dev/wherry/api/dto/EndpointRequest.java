package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a container asks of a network (Docker Engine API, {@code EndpointSettings}). */
public record EndpointRequest(
    @JsonProperty("IPAMConfig") @Nullable IpamConfigRequest ipamConfig,
    @Nullable List<String> links,
    @Nullable List<String> aliases,
    @Nullable String macAddress,
    @Nullable Map<String, String> driverOpts,
    int gwPriority) {

  /** Fixed addresses (Docker Engine API, {@code EndpointIPAMConfig}). */
  public record IpamConfigRequest(
      @JsonProperty("IPv4Address") @Nullable String ipv4Address,
      @JsonProperty("IPv6Address") @Nullable String ipv6Address,
      @JsonProperty("LinkLocalIPs") @Nullable List<String> linkLocalIps) {}
}
