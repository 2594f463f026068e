package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.wherry.api.dto.HostConfigView.PortBindingView;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A container's {@code NetworkSettings} (Docker Engine API): the old members at the top repeat the
 * default bridge's endpoint.
 */
public record NetworkSettingsView(
    String bridge,
    @JsonProperty("SandboxID") String sandboxId,
    String sandboxKey,
    Map<String, @Nullable List<PortBindingView>> ports,
    boolean hairpinMode,
    @JsonProperty("LinkLocalIPv6Address") String linkLocalIpv6Address,
    @JsonProperty("LinkLocalIPv6PrefixLen") int linkLocalIpv6PrefixLen,
    @JsonProperty("SecondaryIPAddresses") @Nullable List<String> secondaryIpAddresses,
    @JsonProperty("SecondaryIPv6Addresses") @Nullable List<String> secondaryIpv6Addresses,
    @JsonProperty("EndpointID") String endpointId,
    String gateway,
    @JsonProperty("GlobalIPv6Address") String globalIpv6Address,
    @JsonProperty("GlobalIPv6PrefixLen") int globalIpv6PrefixLen,
    @JsonProperty("IPAddress") String ipAddress,
    @JsonProperty("IPPrefixLen") int ipPrefixLen,
    @JsonProperty("IPv6Gateway") String ipv6Gateway,
    String macAddress,
    Map<String, EndpointView> networks) {}
