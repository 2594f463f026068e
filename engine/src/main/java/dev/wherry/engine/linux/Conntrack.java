package dev.wherry.engine.linux;

import java.net.InetAddress;
import java.util.function.Predicate;

/**
 * The kernel's table of connections, of the network namespace in which this was opened. A UDP
 * "connection" lives as long as its client goes on sending, and rules are asked for its first
 * packet only: whoever changes where packets go has to make it forget the flows that went
 * elsewhere. Safe for use by several threads, one at a time.
 */
public interface Conntrack extends AutoCloseable {
  /**
   * A flow as it was begun, and who answers it.
   *
   * @param destination where its first packet was sent
   * @param answeredBy where its answers come from: another address if it was translated
   */
  record Flow(InetAddress destination, int destinationPort, InetAddress answeredBy) {}

  /**
   * Forgets flows of UDP.
   *
   * @return how many
   */
  int forgetUdp(Predicate<Flow> which);

  @Override
  void close();
}
