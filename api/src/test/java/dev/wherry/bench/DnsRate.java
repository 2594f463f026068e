package dev.wherry.bench;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks a container's name server for another container's address, from inside the container's
 * network, with many questions on their way at a time.
 */
final class DnsRate {
  private static final int ON_THE_WAY = 64;
  private static final long DURATION_NANOS = TimeUnit.SECONDS.toNanos(3);

  private DnsRate() {}

  /** Answers per second in the network of a process. */
  static double of(String pid, String name) throws Exception {
    List<String> line =
        List.of(
            "nsenter",
            "--net=/proc/" + pid + "/ns/net",
            System.getProperty("java.home") + "/bin/java",
            "-cp",
            System.getProperty("java.class.path"),
            DnsRate.class.getName(),
            name);
    Process client = new ProcessBuilder(line).redirectErrorStream(true).start();
    String told = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (client.waitFor() != 0) {
      throw new IOException("no rate of names: " + told);
    }
    return Double.parseDouble(told.strip());
  }

  public static void main(String[] args) throws IOException {
    byte[] query = query(args[0]);
    ByteBuffer answer = ByteBuffer.allocateDirect(4096);
    try (DatagramChannel channel = DatagramChannel.open()) {
      channel.connect(new InetSocketAddress("127.0.0.11", 53));
      for (int i = 0; i < ON_THE_WAY; i++) {
        channel.write(ByteBuffer.wrap(query));
      }
      long begin = System.nanoTime();
      long answered = 0;
      while (System.nanoTime() - begin < DURATION_NANOS) {
        answer.clear();
        channel.read(answer);
        if (answer.getShort(6) == 0) {
          throw new IOException("an answer without an address: code " + (answer.get(3) & 0xF));
        }
        answered++;
        channel.write(ByteBuffer.wrap(query));
      }
      System.out.println(answered / ((System.nanoTime() - begin) / 1e9));
    }
  }

  private static byte[] query(String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(0x1234_0100_0001_0000L);
    out.writeInt(0);
    byte[] label = name.getBytes(StandardCharsets.US_ASCII);
    out.writeByte(label.length);
    out.write(label);
    out.writeByte(0);
    out.writeInt(0x0001_0001);
    return bytes.toByteArray();
  }
}
