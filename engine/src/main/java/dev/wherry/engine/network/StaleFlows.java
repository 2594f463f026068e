package dev.wherry.engine.network;

import dev.wherry.engine.linux.Conntrack;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Netlink;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel forget UDP flows that a change of published ports has led astray: a client that
 * keeps sending would otherwise never reach the new container, or for ever the old one's address.
 * Thread-safe.
 */
final class StaleFlows {
  private static final Logger LOG = LoggerFactory.getLogger(StaleFlows.class);

  private final Conntrack conntrack;
  private final Netlink netlink;

  /**
   * For the flows of one namespace.
   *
   * @param netlink tells which addresses are the host's own
   */
  StaleFlows(Conntrack conntrack, Netlink netlink) {
    this.conntrack = conntrack;
    this.netlink = netlink;
  }

  /** Forgets flows that were begun before these ports were published. */
  void forgetBefore(Collection<PortRule> published) {
    List<PublishedPort> udp = udp(published);
    if (!udp.isEmpty()) {
      Set<InetAddress> own = new HashSet<>();
      netlink.addresses().forEach(address -> own.add(address.address()));
      forget(flow -> udp.stream().anyMatch(port -> isBefore(flow, port, own)));
    }
  }

  private static boolean isBefore(Conntrack.Flow flow, PublishedPort port, Set<InetAddress> own) {
    boolean here =
        port.hostIp().isAnyLocalAddress()
            ? own.contains(flow.destination())
            : port.hostIp().equals(flow.destination());
    return here
        && flow.destinationPort() == port.hostPort()
        && !flow.answeredBy().equals(port.containerIp());
  }

  /** Forgets flows to ports that are no longer published. */
  void forgetAfter(Collection<PortRule> unpublished) {
    List<PublishedPort> udp = udp(unpublished);
    if (!udp.isEmpty()) {
      forget(
          flow ->
              udp.stream()
                  .anyMatch(
                      port ->
                          flow.destinationPort() == port.hostPort()
                              && flow.answeredBy().equals(port.containerIp())));
    }
  }

  private static List<PublishedPort> udp(Collection<PortRule> rules) {
    return rules.stream()
        .filter(PublishedPort.class::isInstance)
        .map(PublishedPort.class::cast)
        .filter(port -> port.protocol() == Protocol.UDP)
        .toList();
  }

  /** New flows are right all the same, so a kernel that can't forget is no reason to fail. */
  private void forget(Predicate<Conntrack.Flow> which) {
    try {
      conntrack.forgetUdp(which);
    } catch (LinuxException e) {
      LOG.warn("UDP flows that began earlier may go astray: {}", e.getMessage());
    }
  }
}
