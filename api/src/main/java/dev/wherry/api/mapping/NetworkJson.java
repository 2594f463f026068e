package dev.wherry.api.mapping;

import dev.wherry.api.dto.NetworkCreateRequest;
import dev.wherry.api.dto.NetworkCreateRequest.IpamRequest;
import dev.wherry.api.dto.NetworkCreateRequest.PoolRequest;
import dev.wherry.api.dto.NetworkView;
import dev.wherry.api.dto.NetworkView.ConfigFromView;
import dev.wherry.api.dto.NetworkView.IpamView;
import dev.wherry.api.dto.NetworkView.NetworkContainerView;
import dev.wherry.api.dto.NetworkView.PoolView;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.Network;
import dev.wherry.engine.network.NetworkManager.NetworkSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Networks in both directions. */
public final class NetworkJson {
  private static final String DEFAULT_IPAM = "default";

  private NetworkJson() {}

  /**
   * A network.
   *
   * @param containers those to look for on it; empty for a list, which does not show them
   */
  public static NetworkView view(Network network, List<Container> containers, ApiVersion version) {
    List<PoolView> pools =
        network.pools().stream()
            .map(
                pool ->
                    new PoolView(
                        pool.subnet(),
                        pool.range(),
                        pool.gatewayChosen() ? "" : pool.gateway(),
                        pool.auxAddresses()))
            .toList();
    return new NetworkView(
        network.name(),
        network.id(),
        GoTime.nano(network.created()),
        network.scope(),
        network.driver(),
        version.atLeast(1, 47) ? Boolean.valueOf(network.enableIpv4()) : null,
        network.enableIpv6(),
        new IpamView(
            DEFAULT_IPAM, network.isPredefined() ? null : Map.of(), pools.isEmpty() ? null : pools),
        network.internal(),
        network.attachable(),
        false,
        new ConfigFromView(network.configFrom()),
        network.configOnly(),
        attached(network, containers),
        network.options(),
        network.labels());
  }

  private static Map<String, NetworkContainerView> attached(
      Network network, List<Container> containers) {
    var views = new TreeMap<String, NetworkContainerView>();
    for (Container container : containers) {
      for (Attachment attachment : container.networks().values()) {
        Attachment.Endpoint endpoint = attachment.endpoint();
        if (endpoint != null && attachment.networkId().equals(network.id())) {
          views.put(
              container.id(),
              new NetworkContainerView(
                  container.name(),
                  endpoint.id(),
                  endpoint.macAddress(),
                  cidr(endpoint.ipAddress(), endpoint.ipPrefixLen()),
                  cidr(endpoint.globalIpv6Address(), endpoint.globalIpv6PrefixLen())));
        }
      }
    }
    return views;
  }

  private static String cidr(String address, int prefix) {
    return address.isEmpty() ? "" : address + "/" + prefix;
  }

  /**
   * What a create request asks for.
   *
   * @throws EngineException naming an option this engine does not have
   */
  public static NetworkSpec spec(NetworkCreateRequest request, ApiVersion version) {
    IpamRequest ipam = request.ipam();
    refuse(request, ipam);
    List<PoolRequest> pools = ipam == null || ipam.config() == null ? List.of() : ipam.config();
    return new NetworkSpec(
        text(request.name()),
        text(request.driver()).isEmpty() ? "bridge" : text(request.driver()),
        version.atLeast(1, 48) ? request.enableIpv4() : null,
        request.enableIpv6(),
        request.internal(),
        request.attachable(),
        request.configOnly(),
        request.configFrom() == null ? "" : text(request.configFrom().network()),
        pools.stream()
            .map(
                pool ->
                    new Network.Pool(
                        text(pool.subnet()),
                        text(pool.ipRange()),
                        text(pool.gateway()),
                        map(pool.auxiliaryAddresses())))
            .toList(),
        map(request.options()),
        map(request.labels()));
  }

  private static void refuse(NetworkCreateRequest request, @Nullable IpamRequest ipam) {
    if (request.ingress()) {
      throw new EngineException.Forbidden("Ingress network can only be global scope network");
    }
    if (!text(request.scope()).isEmpty() && !text(request.scope()).equals("local")) {
      throw new EngineException.Forbidden(
          "cannot create a swarm scoped network when swarm is not active");
    }
    if (ipam != null) {
      String driver = text(ipam.driver());
      if (!driver.isEmpty() && !driver.equals(DEFAULT_IPAM)) {
        throw new EngineException.NotFound("plugin \"" + driver + "\" not found");
      }
      for (String option : map(ipam.options()).keySet()) {
        throw new EngineException.InvalidParameter(
            "IPAM option " + option + " is not supported by the default IPAM driver");
      }
    }
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  private static Map<String, String> map(@Nullable Map<String, String> values) {
    return values == null ? Map.of() : values;
  }
}
