package dev.wherry.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;

/** What the network named {@code bridge} is to be. */
public sealed interface DefaultBridge {

  /** {@code --bridge none}: there is no default network; containers get none unless told. */
  record Disabled() implements DefaultBridge {}

  /**
   * {@code --bridge NAME}: an existing bridge of the host's, with the address it has.
   *
   * @param name the interface
   */
  record Existing(String name) implements DefaultBridge {}

  /**
   * A bridge the engine makes.
   *
   * @param address the bridge's address given with {@code --bip}; empty leaves it to the engine
   */
  record Managed(Optional<BridgeAddress> address) implements DefaultBridge {}

  /**
   * The host's address on a bridge, which is the gateway of the containers on it.
   *
   * @param address an address inside the network, neither its first nor its last
   * @param prefixLength the network's prefix length, 1 to 30
   */
  record BridgeAddress(Inet4Address address, int prefixLength) {

    /**
     * Reads {@code --bip}'s CIDR form.
     *
     * @param text for example {@code 172.17.0.1/16}
     * @return the address with its prefix length
     * @throws ConfigException when the text is no IPv4 CIDR with room for containers, or its
     *     address is the network's own or its broadcast address
     */
    static BridgeAddress parse(String text) throws ConfigException {
      int slash = text.indexOf('/');
      try {
        var address = Inet4Address.ofLiteral(text.substring(0, Math.max(slash, 0)));
        var parsed = new BridgeAddress(address, Integer.parseInt(text.substring(slash + 1)));
        if (parsed.isUsable()) {
          return parsed;
        }
      } catch (IllegalArgumentException e) {
        throw new ConfigException("bip: invalid CIDR address: " + text, e);
      }
      throw new ConfigException(
          "bip: " + text + " is not a host address in a network with room for containers");
    }

    private boolean isUsable() {
      if (prefixLength < 1 || prefixLength > 30) {
        return false;
      }
      int hostMask = -1 >>> prefixLength;
      int host = bits(address) & hostMask;
      return host != 0 && host != hostMask;
    }

    private static int bits(InetAddress address) {
      int bits = 0;
      for (byte octet : address.getAddress()) {
        bits = (bits << 8) | (octet & 0xff);
      }
      return bits;
    }

    @Override
    public String toString() {
      return address.getHostAddress() + "/" + prefixLength;
    }
  }
}
