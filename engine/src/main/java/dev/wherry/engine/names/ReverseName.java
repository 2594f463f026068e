package dev.wherry.engine.names;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;

/** Names that stand for addresses: RFC 1035, section 3.5, and RFC 3596, section 2.5. */
public final class ReverseName {
  private static final String IPV4 = ".in-addr.arpa";
  private static final String IPV6 = ".ip6.arpa";
  private static final int IPV4_OCTETS = 4;
  private static final int IPV6_NIBBLES = 32;

  private ReverseName() {}

  /** The address that a name stands for; nothing for one that stands for none, or for a part. */
  public static Optional<InetAddress> address(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    String bare = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    try {
      if (bare.endsWith(IPV4)) {
        return ipv4(bare.substring(0, bare.length() - IPV4.length()).split("\\.", -1));
      }
      if (bare.endsWith(IPV6)) {
        return ipv6(bare.substring(0, bare.length() - IPV6.length()).split("\\.", -1));
      }
      return Optional.empty();
    } catch (NumberFormatException | UnknownHostException e) {
      return Optional.empty();
    }
  }

  private static Optional<InetAddress> ipv4(String[] labels) throws UnknownHostException {
    if (labels.length != IPV4_OCTETS) {
      return Optional.empty();
    }
    byte[] octets = new byte[IPV4_OCTETS];
    for (int i = 0; i < IPV4_OCTETS; i++) {
      octets[IPV4_OCTETS - 1 - i] = (byte) number(labels[i], 10, 255);
    }
    return Optional.of(InetAddress.getByAddress(octets));
  }

  private static Optional<InetAddress> ipv6(String[] labels) throws UnknownHostException {
    if (labels.length != IPV6_NIBBLES) {
      return Optional.empty();
    }
    byte[] octets = new byte[IPV6_NIBBLES / 2];
    for (int i = 0; i < octets.length; i++) {
      int low = number(labels[2 * i], 16, 15);
      int high = number(labels[2 * i + 1], 16, 15);
      octets[octets.length - 1 - i] = (byte) (high << 4 | low);
    }
    return Optional.of(InetAddress.getByAddress(octets));
  }

  private static int number(String label, int radix, int most) {
    int number = Integer.parseUnsignedInt(label, radix);
    if (number > most || number < 0) {
      throw new NumberFormatException(label);
    }
    return number;
  }
}
