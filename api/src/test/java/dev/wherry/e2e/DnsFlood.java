package dev.wherry.e2e;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Sends 127.0.0.11 what no client would: noise, names without end, connections that stay. */
final class DnsFlood {
  private static final InetSocketAddress SERVER = new InetSocketAddress("127.0.0.11", 53);

  private DnsFlood() {}

  public static void main(String[] args) throws IOException {
    Random random = new Random(7);
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < 20_000; i++) {
        byte[] noise = new byte[random.nextInt(3000)];
        random.nextBytes(noise);
        socket.send(new DatagramPacket(noise, noise.length, SERVER));
      }
      for (int i = 0; i < 3000; i++) {
        byte[] query = DnsProbe.query(i, "n" + i + ".example.com", 1);
        socket.send(new DatagramPacket(query, query.length, SERVER));
      }
    }
    List<Socket> open = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Socket socket = new Socket();
      socket.connect(SERVER, 5000);
      byte[] noise = new byte[1 + random.nextInt(300)];
      random.nextBytes(noise);
      try {
        socket.getOutputStream().write(noise);
      } catch (IOException refused) {
        // One of too many.
      }
      open.add(socket);
    }
    for (Socket socket : open) {
      socket.close();
    }
  }

  /** Does so in the network of a process. */
  static void in(String pid) {
    DockerCli.host(
            "nsenter",
            "--net=/proc/" + pid + "/ns/net",
            System.getProperty("java.home") + "/bin/java",
            "-cp",
            System.getProperty("basedir", ".") + "/target/test-classes",
            DnsFlood.class.getName())
        .text();
  }
}
