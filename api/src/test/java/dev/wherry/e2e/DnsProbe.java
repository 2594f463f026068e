package dev.wherry.e2e;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Asks 127.0.0.11 from inside a container's network, octet by octet, and tells what comes back. A
 * question is {@code udp|tcp NAME TYPE}; the answer's line: the response code, {@code tc} if it was
 * cut, then what the records say, sorted.
 */
final class DnsProbe {
  private static final Map<String, Integer> TYPES =
      Map.of("A", 1, "PTR", 12, "MX", 15, "AAAA", 28, "HTTPS", 65);
  private static final List<String> CODES =
      List.of("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED");
  private static final InetSocketAddress SERVER = new InetSocketAddress("127.0.0.11", 53);
  private static final int TIMEOUT_MILLIS = 10_000;

  private DnsProbe() {}

  public static void main(String[] args) throws IOException {
    for (int i = 0; i + 2 < args.length; i += 3) {
      byte[] query = query(0x1234 + i, args[i + 1], TYPES.get(args[i + 2]));
      try {
        System.out.println(tell(args[i].equals("tcp") ? tcp(query) : udp(query)));
      } catch (SocketTimeoutException e) {
        System.out.println("silence");
      }
    }
  }

  /** Asks from inside the network of a process; one line for each three words. */
  static List<String> ask(String pid, String... questions) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "nsenter",
                "--net=/proc/" + pid + "/ns/net",
                System.getProperty("java.home") + "/bin/java",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("basedir", ".") + "/target/test-classes",
                DnsProbe.class.getName()));
    line.addAll(List.of(questions));
    return DockerCli.host(line.toArray(String[]::new)).text().lines().toList();
  }

  static byte[] query(int id, String name, int type) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(id);
    out.writeShort(0x0100);
    out.writeShort(1);
    out.write(new byte[6]);
    for (String label : name.split("\\.")) {
      byte[] octets = label.getBytes(StandardCharsets.UTF_8);
      out.writeByte(octets.length);
      out.write(octets);
    }
    out.writeByte(0);
    out.writeShort(type);
    out.writeShort(1);
    return bytes.toByteArray();
  }

  private static ByteBuffer udp(byte[] query) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(SERVER);
      socket.send(new DatagramPacket(query, query.length));
      DatagramPacket answer = new DatagramPacket(new byte[65535], 65535);
      socket.receive(answer);
      return ByteBuffer.wrap(answer.getData(), 0, answer.getLength());
    }
  }

  private static ByteBuffer tcp(byte[] query) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(SERVER, TIMEOUT_MILLIS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeShort(query.length);
      out.write(query);
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readUnsignedShort()];
      in.readFully(answer);
      return ByteBuffer.wrap(answer);
    }
  }

  private static String tell(ByteBuffer answer) throws IOException {
    int flags = answer.getShort(2);
    int records = answer.getShort(6);
    answer.position(12);
    name(answer);
    answer.position(answer.position() + 4);
    TreeSet<String> told = new TreeSet<>();
    for (int i = 0; i < records; i++) {
      name(answer);
      int type = answer.getShort();
      answer.position(answer.position() + 6);
      byte[] data = new byte[answer.getShort()];
      int start = answer.position();
      answer.get(data);
      told.add(
          type == TYPES.get("PTR")
              ? name(answer.duplicate().position(start))
              : InetAddress.getByAddress(data).getHostAddress());
    }
    String cut = (flags & 0x0200) == 0 ? "" : " tc";
    return CODES.get(flags & 0xF) + cut + (told.isEmpty() ? "" : " " + String.join(" ", told));
  }

  private static String name(ByteBuffer message) {
    StringBuilder name = new StringBuilder();
    while (true) {
      int length = message.get() & 0xFF;
      if (length == 0) {
        return name.toString();
      }
      if (length >= 0xC0) {
        int target = ((length & 0x3F) << 8) | (message.get() & 0xFF);
        return name + name(message.duplicate().position(target));
      }
      byte[] label = new byte[length];
      message.get(label);
      name.append(new String(label, StandardCharsets.UTF_8)).append('.');
    }
  }
}
