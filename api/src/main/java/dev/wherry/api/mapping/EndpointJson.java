package dev.wherry.api.mapping;

import dev.wherry.api.dto.EndpointView;
import dev.wherry.api.dto.EndpointView.IpamConfigView;
import dev.wherry.api.dto.NetworkSettingsView;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.names.DnsNames;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.Attachment.Endpoint;
import dev.wherry.engine.network.Attachment.Request;
import dev.wherry.engine.network.Network;
import dev.wherry.engine.store.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A container's places on its networks. */
final class EndpointJson {
  private static final Endpoint NONE = new Endpoint("", "", "", "", "", 0, "", "", 0, "");
  private static final String DEFAULT_BRIDGE = "bridge";

  private EndpointJson() {}

  /** {@code NetworkSettings} of inspect. */
  static NetworkSettingsView settings(Container container, ApiVersion version) {
    Container.NetworkSandbox sandbox = container.networkSandbox();
    Attachment bridge = container.networks().get(DEFAULT_BRIDGE);
    Endpoint old = bridge == null ? NONE : endpoint(bridge);
    return new NetworkSettingsView(
        "",
        sandbox == null ? "" : sandbox.id(),
        sandbox == null ? "" : sandbox.key(),
        sandbox == null ? Map.of() : HostConfigJson.ports(sandbox.ports()),
        false,
        "",
        0,
        null,
        null,
        old.id(),
        old.gateway(),
        old.globalIpv6Address(),
        old.globalIpv6PrefixLen(),
        old.ipAddress(),
        old.ipPrefixLen(),
        old.ipv6Gateway(),
        old.macAddress(),
        networks(container, version));
  }

  /** {@code Networks}, sorted by name. */
  static Map<String, EndpointView> networks(Container container, ApiVersion version) {
    var views = new TreeMap<String, EndpointView>();
    container
        .networks()
        .forEach((name, attachment) -> views.put(name, view(container, name, attachment, version)));
    return views;
  }

  private static EndpointView view(
      Container container, String network, Attachment attachment, ApiVersion version) {
    Endpoint endpoint = endpoint(attachment);
    Request request = attachment.requested();
    List<String> aliases = request == null ? List.of() : request.aliases();
    // Only networks that users made resolve names.
    boolean named = !Network.isPredefined(network);
    return new EndpointView(
        request == null ? null : ipam(request),
        request == null ? null : ConfigJson.listOrNull(request.links()),
        aliases(container, aliases, named, version),
        endpoint.macAddress().isEmpty() && request != null
            ? request.macAddress()
            : endpoint.macAddress(),
        request == null || request.driverOpts().isEmpty() ? null : request.driverOpts(),
        version.atLeast(1, 48) ? Integer.valueOf(request == null ? 0 : request.gwPriority()) : null,
        attachment.networkId(),
        endpoint.id(),
        endpoint.gateway(),
        endpoint.ipAddress(),
        endpoint.ipPrefixLen(),
        endpoint.ipv6Gateway(),
        endpoint.globalIpv6Address(),
        endpoint.globalIpv6PrefixLen(),
        named && !attachment.networkId().isEmpty() ? DnsNames.of(container, aliases) : null);
  }

  private static Endpoint endpoint(Attachment attachment) {
    Endpoint endpoint = attachment.endpoint();
    return endpoint == null ? NONE : endpoint;
  }

  private static @Nullable IpamConfigView ipam(Request request) {
    boolean nothing =
        request.ipv4Address().isEmpty()
            && request.ipv6Address().isEmpty()
            && request.linkLocalIps().isEmpty();
    return nothing
        ? null
        : new IpamConfigView(request.ipv4Address(), request.ipv6Address(), request.linkLocalIps());
  }

  /** Before 1.45 the short id was shown as an alias; since then it is a DNS name only. */
  private static @Nullable List<String> aliases(
      Container container, List<String> given, boolean named, ApiVersion version) {
    if (!named || version.atLeast(1, 45)) {
      return ConfigJson.listOrNull(given);
    }
    var all = new ArrayList<String>(given);
    all.add(Ids.shortened(container.id()));
    return all;
  }
}
