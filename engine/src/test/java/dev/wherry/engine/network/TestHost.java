package dev.wherry.engine.network;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxNamespaces;
import dev.wherry.engine.linux.LinuxNetlink;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.MacAddress;
import dev.wherry.engine.linux.Namespaces;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.linux.NetlinkRequest;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.Paths;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;

/**
 * A host in a network namespace of its own, 10.200.0.1, with a neighbour, 10.200.0.2, in another;
 * and programs in any namespace that answer with the address that they see.
 */
final class TestHost implements AutoCloseable {
  static final String ADDRESS = "10.200.0.1";
  static final String NEIGHBOUR_ADDRESS = "10.200.0.2";
  private static final int TIMEOUT_MILLIS = 3000;
  private static final int REFUSAL_MILLIS = 300;

  private final Paths paths = new LinuxPaths();
  final Namespaces namespaces = new LinuxNamespaces(new LinuxMounts(), paths);
  final Path pin;
  final Path neighbour;
  private final Path directory;
  private final List<Closeable> servers = new ArrayList<>();

  TestHost(Path directory) {
    this.directory = directory;
    this.pin = directory.resolve("host");
    this.neighbour = directory.resolve("neighbour");
    namespaces.preparePins(directory);
    try (Netlink host = namespaces.createNetwork(pin, LinuxNetlink::open);
        Netlink other = namespaces.createNetwork(neighbour, LinuxNetlink::open)) {
      try (Fd namespace = paths.open(neighbour, OpenFlags.O_RDONLY, 0)) {
        MacAddress mac = MacAddress.parse("02:00:00:00:00:02");
        host.execute(
            List.of(
                new NetlinkRequest.SetUp("lo", true),
                new NetlinkRequest.CreateVeth("uplink", 0, namespace, "eth0", mac, 0)));
      }
      address(host, "uplink", ADDRESS);
      address(other, "eth0", NEIGHBOUR_ADDRESS);
      // a neighbour that tries to reach containers directly
      int eth0 = other.link("eth0").orElseThrow().index();
      other.execute(
          new NetlinkRequest.AddRoute(
              Subnet.literal("172.16.0.0"), 12, Optional.of(Subnet.literal(ADDRESS)), eth0));
    }
  }

  private static void address(Netlink netlink, String link, String address) {
    int index = netlink.link(link).orElseThrow().index();
    netlink.execute(
        List.of(
            new NetlinkRequest.AddAddress(index, Subnet.literal(address), 24),
            new NetlinkRequest.SetUp(link, true)));
  }

  /** Gives a link an address of a subnet of 64 bits. */
  void address6(Path namespace, String link, String address) {
    change(
        namespace,
        link,
        index -> new NetlinkRequest.AddAddress(index, Subnet.literal(address), 64));
  }

  /** Leads everything of IPv6 to a gateway. */
  void route6(Path namespace, String link, String gateway) {
    change(
        namespace,
        link,
        index ->
            new NetlinkRequest.AddRoute(
                Subnet.literal("::"), 0, Optional.of(Subnet.literal(gateway)), index));
  }

  private void change(Path namespace, String link, IntFunction<NetlinkRequest> change) {
    namespaces.callInNetwork(
        namespace,
        () -> {
          try (Netlink netlink = LinuxNetlink.open()) {
            netlink.execute(change.apply(netlink.link(link).orElseThrow().index()));
          }
          return true;
        });
  }

  /** Runs something as a program of the host. */
  <T> T call(Callable<T> work) {
    return namespaces.callInNetwork(pin, work);
  }

  /** Starts a server that tells each TCP client the address it comes from: its port. */
  int serve(Path namespace, int port) {
    return serve(namespace, "0.0.0.0", port);
  }

  /** As {@link #serve(Path, int)}, on one of its addresses, {@code ::} for all of both families. */
  int serve(Path namespace, String address, int port) {
    return namespaces.callInNetwork(
        namespace,
        () -> {
          ServerSocket server = new ServerSocket();
          server.setReuseAddress(true);
          server.bind(new InetSocketAddress(Subnet.literal(address), port));
          servers.add(server);
          Thread.ofPlatform().daemon().start(() -> answer(server));
          return server.getLocalPort();
        });
  }

  private static void answer(ServerSocket server) {
    try {
      while (true) {
        try (Socket client = server.accept()) {
          String from = client.getInetAddress().getHostAddress() + "\n";
          client.getOutputStream().write(from.getBytes(StandardCharsets.US_ASCII));
        }
      }
    } catch (SocketException e) {
      // closed at the end of the test
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a server that does so over UDP. */
  int serveUdp(Path namespace, int port) {
    return namespaces.callInNetwork(
        namespace,
        () -> {
          DatagramSocket server = new DatagramSocket(port);
          servers.add(server);
          Thread.ofPlatform().daemon().start(() -> answer(server));
          return server.getLocalPort();
        });
  }

  private static void answer(DatagramSocket server) {
    try {
      DatagramPacket packet = new DatagramPacket(new byte[100], 100);
      while (true) {
        server.receive(packet);
        packet.setData(packet.getAddress().getHostAddress().getBytes(StandardCharsets.US_ASCII));
        server.send(packet);
      }
    } catch (SocketException e) {
      // closed at the end of the test
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks a server: the address that it sees. */
  String ask(Path from, String address, int port) {
    return namespaces.callInNetwork(from, () -> ask(address, port, TIMEOUT_MILLIS));
  }

  /** Whether a server can be reached at all. */
  boolean reaches(Path from, String address, int port) {
    return namespaces.callInNetwork(
        from,
        () -> {
          try {
            ask(address, port, REFUSAL_MILLIS);
            return true;
          } catch (IOException e) {
            return false;
          }
        });
  }

  private static String ask(String address, int port, int timeoutMillis) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(Subnet.literal(address), port), timeoutMillis);
      socket.setSoTimeout(timeoutMillis);
      InputStreamReader in =
          new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII);
      String answer = new BufferedReader(in).readLine();
      if (answer == null) {
        throw new IOException("no answer");
      }
      return answer;
    }
  }

  /** Asks a server over UDP. */
  String askUdp(Path from, String address, int port) {
    try (UdpClient client = udpClient(from, address, port)) {
      return client.ask().orElse("no answer");
    }
  }

  /** A client that asks again and again from one port of its own. */
  UdpClient udpClient(Path from, String address, int port) {
    InetSocketAddress server = new InetSocketAddress(Subnet.literal(address), port);
    return new UdpClient(namespaces.callInNetwork(from, () -> new DatagramSocket()), server);
  }

  record UdpClient(DatagramSocket socket, InetSocketAddress server) implements AutoCloseable {
    /** The answer, empty if there is none. */
    Optional<String> ask() {
      try {
        socket.setSoTimeout(REFUSAL_MILLIS);
        socket.send(new DatagramPacket(new byte[] {'?'}, 1, server));
        DatagramPacket answer = new DatagramPacket(new byte[100], 100);
        socket.receive(answer);
        return Optional.of(
            new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII));
      } catch (SocketTimeoutException e) {
        return Optional.empty();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    for (Closeable server : servers) {
      server.close();
    }
    namespaces.remove(pin);
    namespaces.remove(neighbour);
    namespaces.removePins(directory);
  }
}
