package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A range of addresses of either family that share a prefix, RFC 4632.
 *
 * @param network its first address, with all bits after the prefix zero
 * @param prefixLength bits in common
 */
public record Subnet(InetAddress network, int prefixLength) {

  /** The subnet that an address is in. */
  public static Subnet of(InetAddress address, int prefixLength) {
    int bits = address.getAddress().length * 8;
    if (prefixLength < 0 || prefixLength > bits) {
      throw new IllegalArgumentException("prefix length " + prefixLength);
    }
    BigInteger first =
        number(address).shiftRight(bits - prefixLength).shiftLeft(bits - prefixLength);
    return new Subnet(address(first, bits / 8), prefixLength);
  }

  /**
   * Reads CIDR notation; bits after the prefix are dropped.
   *
   * @throws EngineException.InvalidParameter with dockerd's text
   */
  public static Subnet parse(String cidr) {
    int slash = cidr.indexOf('/');
    try {
      InetAddress address = literal(cidr.substring(0, Math.max(0, slash)));
      return of(address, Integer.parseUnsignedInt(cidr.substring(slash + 1)));
    } catch (IllegalArgumentException e) {
      throw new EngineException.InvalidParameter(
          "Invalid subnet " + cidr + " : invalid CIDR address: " + cidr, e);
    }
  }

  /**
   * Reads an address in its full notation; never looks a name up.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static InetAddress literal(String text) {
    InetAddress address = InetAddress.ofLiteral(text);
    if (address instanceof Inet4Address && !address.getHostAddress().equals(text)) {
      throw new IllegalArgumentException("not an address in full: " + text);
    }
    return address;
  }

  /** An address as Docker writes it: IPv6 in the short form of RFC 5952. */
  public static String text(InetAddress address) {
    if (address instanceof Inet4Address) {
      return address.getHostAddress();
    }
    String[] groups = address.getHostAddress().split(":");
    int bestStart = -1;
    int bestLength = 1;
    for (int i = 0; i < groups.length; i++) {
      int length = 0;
      while (i + length < groups.length && groups[i + length].equals("0")) {
        length++;
      }
      if (length > bestLength) {
        bestStart = i;
        bestLength = length;
      }
    }
    if (bestStart < 0) {
      return String.join(":", groups);
    }
    String before = String.join(":", Arrays.copyOfRange(groups, 0, bestStart));
    String after =
        String.join(":", Arrays.copyOfRange(groups, bestStart + bestLength, groups.length));
    return before + "::" + after;
  }

  public boolean isIpv4() {
    return network instanceof Inet4Address;
  }

  /** Whether an address is in it; one of the other family never is. */
  public boolean contains(InetAddress address) {
    return address.getAddress().length == network.getAddress().length
        && of(address, prefixLength).network.equals(network);
  }

  /** Whether the two have an address in common. */
  public boolean overlaps(Subnet other) {
    return contains(other.network) || other.contains(network);
  }

  /** Whether all of the other is in this one. */
  public boolean contains(Subnet other) {
    return other.prefixLength >= prefixLength && contains(other.network);
  }

  /** How many addresses it has, as many as a long holds at most. */
  public long size() {
    int hostBits = network.getAddress().length * 8 - prefixLength;
    return hostBits >= 63 ? Long.MAX_VALUE : 1L << hostBits;
  }

  /** The address so far from the first. */
  public InetAddress at(BigInteger offset) {
    return address(number(network).add(offset), network.getAddress().length);
  }

  /** The address so far from the first. */
  public InetAddress at(long offset) {
    return at(BigInteger.valueOf(offset));
  }

  @Override
  public String toString() {
    return text(network) + "/" + prefixLength;
  }

  private static BigInteger number(InetAddress address) {
    return new BigInteger(1, address.getAddress());
  }

  private static InetAddress address(BigInteger number, int length) {
    byte[] bytes = number.toByteArray();
    byte[] padded = new byte[length];
    int copied = Math.min(bytes.length, length);
    System.arraycopy(bytes, bytes.length - copied, padded, length - copied, copied);
    try {
      return InetAddress.getByAddress(padded);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // thrown only for a length that is no address's
    }
  }
}
