package dev.wherry.e2e;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.charset.StandardCharsets;

/** Answers each datagram with its sender's address. The static busybox has no UDP server. */
final class UdpEcho {
  private UdpEcho() {}

  public static void main(String[] args) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(Integer.parseInt(args[0]))) {
      DatagramPacket packet = new DatagramPacket(new byte[1000], 1000);
      while (true) {
        socket.receive(packet);
        byte[] answer = packet.getAddress().getHostAddress().getBytes(StandardCharsets.US_ASCII);
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      }
    }
  }

  /** Starts one in the network of a process. */
  static CliSession start(String pid, int port) {
    return new CliSession(
        new ProcessBuilder(
            "nsenter",
            "--net=/proc/" + pid + "/ns/net",
            System.getProperty("java.home") + "/bin/java",
            "-cp",
            System.getProperty("basedir", ".") + "/target/test-classes",
            UdpEcho.class.getName(),
            Integer.toString(port)));
  }
}
