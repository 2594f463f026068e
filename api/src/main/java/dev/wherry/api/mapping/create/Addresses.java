package dev.wherry.api.mapping.create;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/** IP addresses as text, without ever looking a name up. */
final class Addresses {
  private Addresses() {}

  static boolean isLiteral(String text) {
    return isIpv4(text) || isIpv6(text);
  }

  /** Four decimal numbers; the shorter forms of inet_aton(3) are none. */
  static boolean isIpv4(String text) {
    return text.matches("\\d{1,3}(\\.\\d{1,3}){3}") && parse(text) instanceof Inet4Address;
  }

  static boolean isIpv6(String text) {
    // An IPv4-mapped address is parsed to an Inet4Address, and is IPv6 in Docker's eyes.
    return text.contains(":") && !text.contains("%") && !(parse(text) instanceof Nothing);
  }

  private static Object parse(String text) {
    try {
      InetAddress address = InetAddress.ofLiteral(text);
      return address instanceof Inet6Address six ? six : address;
    } catch (IllegalArgumentException e) {
      return new Nothing();
    }
  }

  private record Nothing() {}
}
