package dev.wherry.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;

/**
 * What the network named {@code bridge} is like.
 *
 * @param icc whether its containers reach each other
 * @param masquerade whether its containers' packets leave with the host's address
 * @param mtu bytes of its largest packet, 0 for the default
 * @param ipv4 its IPv4 addresses, the host's own on the bridge aside
 * @param ipv6 its IPv6 addresses; empty for a network of IPv4 alone
 */
public record BridgeSettings(
    boolean icc, boolean masquerade, long mtu, Family ipv4, Optional<Family> ipv6) {

  /**
   * Addresses of one family.
   *
   * @param address the host's on the bridge, where it is not named elsewhere
   * @param range where addresses are given from
   * @param gateway where packets leave by, if not by the host
   */
  public record Family(
      Optional<Cidr> address, Optional<Cidr> range, Optional<InetAddress> gateway) {}

  /** An address and how much of it is that of its network. */
  public record Cidr(InetAddress address, int prefixLength) {
    static Cidr parse(String key, String text, boolean ipv4) throws ConfigException {
      int slash = text.indexOf('/');
      try {
        InetAddress address = InetAddress.ofLiteral(text.substring(0, Math.max(0, slash)));
        int prefixLength = Integer.parseUnsignedInt(text.substring(slash + 1));
        if (ipv4 == address instanceof Inet4Address
            && prefixLength > 0
            && prefixLength < address.getAddress().length * 8) {
          return new Cidr(address, prefixLength);
        }
      } catch (IllegalArgumentException e) {
        throw new ConfigException(key + ": invalid CIDR address: " + text, e);
      }
      throw new ConfigException(key + ": invalid CIDR address: " + text);
    }
  }

  static BridgeSettings of(Settings settings) throws ConfigException {
    long mtu = settings.number("mtu").orElse(0L);
    if (mtu < 0) {
      throw new ConfigException("invalid default MTU: " + mtu);
    }
    var ipv4 =
        new Family(
            Optional.empty(),
            cidr(settings, "fixed-cidr", true),
            address(settings, "default-gateway", true));
    var ipv6 =
        new Family(
            cidr(settings, "bip6", false),
            cidr(settings, "fixed-cidr-v6", false),
            address(settings, "default-gateway-v6", false));
    return new BridgeSettings(
        !settings.isFalse("icc"),
        !settings.isFalse("ip-masq"),
        mtu,
        ipv4,
        settings.isTrue("ipv6") ? Optional.of(ipv6) : Optional.empty());
  }

  private static Optional<Cidr> cidr(Settings settings, String key, boolean ipv4)
      throws ConfigException {
    Optional<String> text = settings.text(key);
    return text.isPresent() ? Optional.of(Cidr.parse(key, text.get(), ipv4)) : Optional.empty();
  }

  private static Optional<InetAddress> address(Settings settings, String key, boolean ipv4)
      throws ConfigException {
    Optional<String> text = settings.text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      InetAddress address = InetAddress.ofLiteral(text.get());
      if (ipv4 == address instanceof Inet4Address) {
        return Optional.of(address);
      }
    } catch (IllegalArgumentException e) {
      throw new ConfigException(key + ": " + text.get() + " is not an ip address", e);
    }
    throw new ConfigException(key + ": " + text.get() + " is an address of the other family");
  }
}
