package dev.wherry.engine.network;

import dev.wherry.engine.linux.MacAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Ethernet frames that no honest program sends. */
final class Frames {
  static final MacAddress BROADCAST = MacAddress.parse("ff:ff:ff:ff:ff:ff");
  private static final int IPV4 = 0x0800;
  private static final int ARP = 0x0806;
  private static final int IPV6 = 0x86DD;
  private static final int UDP = 17;
  private static final int SOURCE_PORT = 4000;
  private static final HexFormat HEX = HexFormat.ofDelimiter(":");

  private Frames() {}

  /** A UDP packet of one byte. */
  static byte[] udp(MacAddress from, MacAddress to, String source, String destination, int port) {
    InetAddress sender = Subnet.literal(source);
    InetAddress receiver = Subnet.literal(destination);
    return sender.getAddress().length == 4
        ? udp4(from, to, sender, receiver, port)
        : udp6(from, to, sender, receiver, port);
  }

  private static byte[] udp4(
      MacAddress from, MacAddress to, InetAddress source, InetAddress destination, int port) {
    ByteBuffer frame = ethernet(from, to, IPV4);
    int header = frame.position();
    frame.put((byte) 0x45).put((byte) 0).putShort((short) 29).putInt(0);
    frame.put((byte) 64).put((byte) UDP).putShort((short) 0);
    frame.put(source.getAddress()).put(destination.getAddress());
    frame.putShort(header + 10, checksum(frame, header, header + 20, 0));
    frame.putShort((short) SOURCE_PORT).putShort((short) port).putShort((short) 9);
    frame.putShort((short) 0).put((byte) '!');
    return java.util.Arrays.copyOf(frame.array(), 60);
  }

  private static byte[] udp6(
      MacAddress from, MacAddress to, InetAddress source, InetAddress destination, int port) {
    ByteBuffer frame = ethernet(from, to, IPV6);
    frame.putInt(0x60000000).putShort((short) 9).put((byte) UDP).put((byte) 64);
    int addresses = frame.position();
    frame.put(source.getAddress()).put(destination.getAddress());
    int udp = frame.position();
    frame.putShort((short) SOURCE_PORT).putShort((short) port).putShort((short) 9);
    frame.putShort((short) 0).put((byte) '!').put((byte) 0);
    frame.putShort(udp + 6, checksum(frame, addresses, udp + 10, UDP + 9));
    return java.util.Arrays.copyOf(frame.array(), udp + 9);
  }

  private static short checksum(ByteBuffer frame, int from, int to, int more) {
    int sum = more;
    for (int i = from; i < to; i += 2) {
      sum += frame.getShort(i) & 0xFFFF;
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return (short) ~sum;
  }

  /** Tells everybody who wants to hear it that an address is at a station. */
  static byte[] arpReply(MacAddress station, MacAddress to, String address, String asked) {
    ByteBuffer frame = ethernet(station, to, ARP);
    frame.putShort((short) 1).putShort((short) IPV4).put((byte) 6).put((byte) 4);
    frame.putShort((short) 2);
    frame.put(bytes(station)).put(Subnet.literal(address).getAddress());
    frame.put(bytes(to)).put(Subnet.literal(asked).getAddress());
    return java.util.Arrays.copyOf(frame.array(), 60);
  }

  private static ByteBuffer ethernet(MacAddress from, MacAddress to, int type) {
    return ByteBuffer.allocate(200).put(bytes(to)).put(bytes(from)).putShort((short) type);
  }

  private static byte[] bytes(MacAddress mac) {
    return HEX.parseHex(mac.toString());
  }
}
