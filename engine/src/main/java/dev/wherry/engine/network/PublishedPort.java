package dev.wherry.engine.network;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * A port of the host that leads to a port of a container.
 *
 * @param hostIp unspecified for every address of its family
 * @param containerIp of the same family, which the kernel translates; or IPv4 where the host's is
 *     IPv6, which a relay carries
 */
record PublishedPort(
    Protocol protocol, InetAddress hostIp, int hostPort, InetAddress containerIp, int containerPort)
    implements PortRule {
  /** Whether a relay carries all of it. */
  boolean isRelayed() {
    return hostIp instanceof Inet6Address && containerIp instanceof Inet4Address;
  }
}
