package dev.wherry.e2e;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * A name server at port 53 that asks 127.0.0.11 whatever it is asked, each time with another id,
 * and says a line for each: with {@code --dns} pointing at itself, a circle.
 */
final class DnsCircle {
  private static final InetSocketAddress ENGINE = new InetSocketAddress("127.0.0.11", 53);

  private DnsCircle() {}

  public static void main(String[] args) throws IOException {
    Map<Integer, SocketAddress> clients = new HashMap<>();
    try (DatagramSocket server = new DatagramSocket(53);
        DatagramSocket out = new DatagramSocket()) {
      Thread.ofPlatform().daemon().start(() -> passBack(out, server, clients));
      System.out.println("ready");
      DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
      for (int id = 1; ; id++) {
        server.receive(packet);
        System.out.println("asked");
        byte[] query = packet.getData();
        synchronized (clients) {
          clients.put(id & 0xFFFF, packet.getSocketAddress());
        }
        query[0] = (byte) (id >> 8);
        query[1] = (byte) id;
        out.send(new DatagramPacket(query, packet.getLength(), ENGINE));
      }
    }
  }

  private static void passBack(
      DatagramSocket from, DatagramSocket server, Map<Integer, SocketAddress> clients) {
    try {
      DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
      while (true) {
        from.receive(packet);
        int id = ((packet.getData()[0] & 0xFF) << 8) | (packet.getData()[1] & 0xFF);
        SocketAddress client;
        synchronized (clients) {
          client = clients.get(id);
        }
        server.send(new DatagramPacket(packet.getData(), packet.getLength(), client));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Starts one in the network of a process. */
  static CliSession start(String pid) {
    return new CliSession(
        new ProcessBuilder(
            "nsenter",
            "--net=/proc/" + pid + "/ns/net",
            System.getProperty("java.home") + "/bin/java",
            "-cp",
            System.getProperty("basedir", ".") + "/target/test-classes",
            DnsCircle.class.getName()));
  }
}
