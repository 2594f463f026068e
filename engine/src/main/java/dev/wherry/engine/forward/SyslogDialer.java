package dev.wherry.engine.forward;

import dev.wherry.engine.forward.SyslogOptions.Address;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.linux.Sockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Connects to syslog servers. Blocks. */
final class SyslogDialer {
  /** Where a host's own syslog may listen. */
  private static final List<Path> LOCAL =
      List.of(Path.of("/dev/log"), Path.of("/var/run/syslog"), Path.of("/var/run/log"));

  private static final int PATIENCE_MILLIS = 10_000;

  private final Sockets sockets;
  private final Processes processes;

  SyslogDialer(Sockets sockets, Processes processes) {
    this.sockets = sockets;
    this.processes = processes;
  }

  /**
   * Connects.
   *
   * @throws IOException in Go's words, as dockerd's users know them
   */
  LogConnection dial(SyslogOptions options) throws IOException {
    return switch (options.address()) {
      case Address.Local ignored -> local();
      case Address.Unix unix -> unix(unix.path(), unix.datagrams());
      case Address.Udp udp -> udp(udp);
      case Address.Tcp tcp -> tcp(tcp, options.tls());
    };
  }

  private LogConnection local() throws IOException {
    IOException failure = new IOException("Unix syslog delivery error");
    for (boolean datagrams : new boolean[] {true, false}) {
      for (Path path : LOCAL) {
        try {
          return unix(path, datagrams);
        } catch (IOException e) {
          failure.addSuppressed(e);
        }
      }
    }
    throw failure;
  }

  private LogConnection unix(Path path, boolean datagrams) throws IOException {
    try {
      if (datagrams) {
        return new LogConnection.Datagrams(sockets.connectDatagram(path), processes);
      }
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(path));
      } catch (IOException e) {
        channel.close();
        throw e;
      }
      return new LogConnection.Channel(channel);
    } catch (IOException e) {
      throw failed("unix", path.toString(), words(e), e);
    } catch (LinuxException e) {
      throw failed("unixgram", path.toString(), e.errno().text(), e);
    }
  }

  private static LogConnection udp(Address.Udp to) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.connect(resolved("udp", to.host(), to.port()));
      return new LogConnection.Channel(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static LogConnection tcp(Address.Tcp to, SyslogOptions.Tls tls) throws IOException {
    // Before the server is asked: what is wrong with the files is the user's to mend.
    SyslogTls security = to.secure() ? SyslogTls.load(tls) : null;
    Socket socket = new Socket();
    try {
      socket.connect(resolved("tcp", to.host(), to.port()), PATIENCE_MILLIS);
      return new LogConnection.Stream(
          security == null ? socket : secured(security, socket, to, tls.verify()));
    } catch (SocketTimeoutException e) {
      socket.close();
      throw new IOException("dial tcp %s:%d: i/o timeout".formatted(to.host(), to.port()), e);
    } catch (java.net.ConnectException e) {
      socket.close();
      throw failed("tcp", to.host() + ":" + to.port(), words(e), e);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static Socket secured(SyslogTls security, Socket socket, Address.Tcp to, boolean verify)
      throws IOException {
    socket.setSoTimeout(PATIENCE_MILLIS);
    SSLSocket secured =
        (SSLSocket)
            security.context().getSocketFactory().createSocket(socket, to.host(), to.port(), true);
    if (verify) {
      SSLParameters parameters = secured.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      secured.setSSLParameters(parameters);
    }
    secured.startHandshake();
    return secured;
  }

  private static InetSocketAddress resolved(String network, String host, int port)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IOException("dial %s: lookup %s: no such host".formatted(network, host));
    }
    return address;
  }

  private static IOException failed(String network, String address, String why, Exception cause) {
    return new IOException("dial %s %s: connect: %s".formatted(network, address, why), cause);
  }

  private static String words(IOException failure) {
    return String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
  }
}
