package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A container's place on one network (Docker Engine API, {@code EndpointSettings}). {@code
 * gwPriority} is left out for clients older than it is.
 */
public record EndpointView(
    @JsonProperty("IPAMConfig") @Nullable IpamConfigView ipamConfig,
    @Nullable List<String> links,
    @Nullable List<String> aliases,
    String macAddress,
    @Nullable Map<String, String> driverOpts,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer gwPriority,
    @JsonProperty("NetworkID") String networkId,
    @JsonProperty("EndpointID") String endpointId,
    String gateway,
    @JsonProperty("IPAddress") String ipAddress,
    @JsonProperty("IPPrefixLen") int ipPrefixLen,
    @JsonProperty("IPv6Gateway") String ipv6Gateway,
    @JsonProperty("GlobalIPv6Address") String globalIpv6Address,
    @JsonProperty("GlobalIPv6PrefixLen") int globalIpv6PrefixLen,
    @JsonProperty("DNSNames") @Nullable List<String> dnsNames) {

  /** {@code EndpointIPAMConfig}; what was not asked for is left out. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record IpamConfigView(
      @JsonProperty("IPv4Address") String ipv4Address,
      @JsonProperty("IPv6Address") String ipv6Address,
      @JsonProperty("LinkLocalIPs") List<String> linkLocalIps) {}
}
