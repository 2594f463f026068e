package dev.wherry.e2e;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A name server of the world: every name has the address 203.0.113.7, but for those that begin with
 * {@code none}, which don't exist, and {@code big}, which is cut off by UDP.
 */
final class NameServerStub implements AutoCloseable {
  private static final byte[] ADDRESS = {(byte) 203, 0, 113, 7};

  private final DatagramSocket udp;
  private final ServerSocket tcp;
  private final AtomicInteger asked = new AtomicInteger();

  NameServerStub(String address) {
    try {
      InetAddress own = InetAddress.getByName(address);
      udp = new DatagramSocket(53, own);
      tcp = new ServerSocket(53, 10, own);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::serveUdp);
    Thread.ofVirtual().start(this::serveTcp);
  }

  /** How many queries have come. */
  int asked() {
    return asked.get();
  }

  private void serveUdp() {
    DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
    try {
      while (true) {
        udp.receive(packet);
        byte[] query = Arrays.copyOf(packet.getData(), packet.getLength());
        byte[] answer = answer(query, true);
        udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      }
    } catch (IOException closed) {
      // The end of it.
    }
  }

  private void serveTcp() {
    while (!tcp.isClosed()) {
      try (Socket client = tcp.accept()) {
        DataInputStream in = new DataInputStream(client.getInputStream());
        byte[] query = new byte[in.readUnsignedShort()];
        in.readFully(query);
        byte[] answer = answer(query, false);
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.writeShort(answer.length);
        out.write(answer);
        out.flush();
      } catch (IOException closed) {
        // That client's, or the end of it.
      }
    }
  }

  private byte[] answer(byte[] query, boolean isUdp) {
    asked.incrementAndGet();
    String name = new String(query, 13, query[12] & 0xFF, StandardCharsets.UTF_8);
    boolean none = name.startsWith("none");
    boolean cut = isUdp && name.startsWith("big");
    byte[] answer = Arrays.copyOf(query, query.length + (none || cut ? 0 : 16));
    answer[2] = (byte) (0x81 | (cut ? 0x02 : 0));
    answer[3] = (byte) (0x80 | (none ? 3 : 0));
    if (!none && !cut) {
      answer[7] = 1;
      byte[] head = {(byte) 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4};
      System.arraycopy(head, 0, answer, query.length, head.length);
      System.arraycopy(ADDRESS, 0, answer, query.length + head.length, 4);
    }
    return answer;
  }

  @Override
  public void close() {
    udp.close();
    try {
      tcp.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
