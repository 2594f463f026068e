package dev.wherry.bench;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One end of a TCP connection through a published port, run as a process of its own inside a
 * network namespace: {@code sink PORT} takes in all it is sent, {@code source ADDRESS PORT BYTES}
 * sends it and prints the seconds until the other end had all of it.
 */
final class Throughput {
  private static final int BUFFER = 256 * 1024;

  private Throughput() {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals("sink")) {
      sink(Integer.parseInt(args[1]));
    } else {
      double seconds = source(args[1], Integer.parseInt(args[2]), Long.parseLong(args[3]));
      System.out.println(seconds);
    }
  }

  /** A command that runs this class in the network namespace of a process. */
  static ProcessBuilder inNetworkOf(String namespace, String... args) {
    List<String> line = new ArrayList<>(List.of("nsenter", "--net=" + namespace));
    line.add(ProcessHandle.current().info().command().orElse("java"));
    line.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    line.add(Throughput.class.getName());
    line.addAll(List.of(args));
    return new ProcessBuilder(line);
  }

  private static void sink(int port) throws Exception {
    byte[] buffer = new byte[BUFFER];
    try (ServerSocket server = new ServerSocket()) {
      server.bind(new InetSocketAddress("0.0.0.0", port));
      System.out.println("ready");
      while (true) {
        try (Socket client = server.accept()) {
          InputStream in = client.getInputStream();
          while (in.read(buffer) >= 0) {
            // thrown away
          }
          client.getOutputStream().write('.');
        }
      }
    }
  }

  private static double source(String address, int port, long bytes) throws Exception {
    byte[] buffer = new byte[BUFFER];
    try (Socket socket = new Socket(address, port)) {
      OutputStream out = socket.getOutputStream();
      long begin = System.nanoTime();
      for (long left = bytes; left > 0; left -= buffer.length) {
        out.write(buffer, 0, (int) Math.min(left, buffer.length));
      }
      socket.shutdownOutput();
      if (socket.getInputStream().read() != '.') {
        throw new IllegalStateException("the other end did not get all of it");
      }
      return (System.nanoTime() - begin) / 1e9;
    }
  }

  /** What a process says. */
  static String output(ProcessBuilder builder) throws Exception {
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", builder.command()) + ": " + output);
    }
    return output.strip();
  }
}
