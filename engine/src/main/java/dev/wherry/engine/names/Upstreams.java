package dev.wherry.engine.names;

import dev.wherry.engine.container.HostConfig.NetworkOptions;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.ResolvConf;
import dev.wherry.engine.network.Subnet;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which servers a container's questions about the world go to. */
final class Upstreams {
  private static final Logger LOG = LoggerFactory.getLogger(Upstreams.class);
  private static final int PORT = 53;

  /** resolv.conf(5), MAXNS: what is after the third is not asked. */
  private static final int MOST = 3;

  private Upstreams() {}

  /**
   * The user's servers, else the daemon's, both as the container sees them; else the host's, of
   * which those on the host's loopback are asked from the host. A server that would be ourselves is
   * left out.
   *
   * @param leadsOut whether one of the container's networks leads out: from one that is internal
   *     nothing may reach the world through the host's servers
   */
  static List<Upstream> of(
      ResolvConf host, ResolvConf daemon, NetworkOptions options, boolean leadsOut) {
    if (!options.dns().isEmpty()) {
      return seenByContainer(options.dns());
    }
    if (!daemon.nameservers().isEmpty()) {
      return seenByContainer(daemon.nameservers());
    }
    if (host.nameservers().isEmpty()) {
      return seenByContainer(host.withoutLoopback().nameservers());
    }
    List<Upstream> servers = new ArrayList<>();
    for (InetAddress address : literals(host.nameservers())) {
      if (!address.isLoopbackAddress()) {
        servers.add(upstream(address, Upstream.Side.CONTAINER));
      } else if (leadsOut) {
        servers.add(upstream(address, Upstream.Side.HOST));
      }
    }
    return servers.stream().limit(MOST).toList();
  }

  private static List<Upstream> seenByContainer(List<String> servers) {
    return literals(servers).stream()
        .filter(address -> !address.getHostAddress().equals(NameService.ADDRESS))
        .map(address -> upstream(address, Upstream.Side.CONTAINER))
        .limit(MOST)
        .toList();
  }

  private static Upstream upstream(InetAddress address, Upstream.Side side) {
    return new Upstream(new InetSocketAddress(address, PORT), side);
  }

  private static List<InetAddress> literals(List<String> servers) {
    List<InetAddress> addresses = new ArrayList<>();
    for (String server : servers) {
      try {
        addresses.add(Subnet.literal(server));
      } catch (IllegalArgumentException | EngineException e) {
        LOG.warn("name server {} is left out: {}", server, e.getMessage());
      }
    }
    return addresses;
  }
}
