package dev.wherry.engine.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.linux.LinuxProcesses;
import dev.wherry.engine.linux.LinuxSockets;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyslogDialerTest {
  private static final char[] PASSWORD = "password".toCharArray();

  private final SyslogDialer dialer = new SyslogDialer(new LinuxSockets(), new LinuxProcesses());

  private @TempDir Path dir;

  private void send(ServerSocket server, Map<String, String> more) throws IOException {
    String scheme = server instanceof SSLServerSocket ? "tcp+tls" : "tcp";
    Map<String, String> options = new TreeMap<>(more);
    options.put("syslog-address", "%s://127.0.0.1:%d".formatted(scheme, server.getLocalPort()));
    try (LogConnection connection = dialer.dial(SyslogOptions.of(options))) {
      connection.send("hello\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The first line of the first client, empty if there was none. */
  private static CompletableFuture<String> firstLine(ServerSocket server) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Socket client = server.accept();
              BufferedReader in =
                  new BufferedReader(new InputStreamReader(client.getInputStream()))) {
            return String.valueOf(in.readLine());
          } catch (IOException e) {
            return "";
          }
        });
  }

  private static ServerSocket plain() throws IOException {
    return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  @Test
  void over_tcp() throws Exception {
    try (ServerSocket server = plain()) {
      CompletableFuture<String> line = firstLine(server);
      send(server, Map.of());
      assertThat(line.get()).isEqualTo("hello");
    }
  }

  @Test
  void nobody_there_is_told_in_dockerds_words() throws Exception {
    ServerSocket server = plain();
    server.close();
    assertThatThrownBy(() -> send(server, Map.of()))
        .hasMessageMatching("dial tcp 127.0.0.1:\\d+: connect: connection refused");
  }

  /** A certificate for 127.0.0.1 that vouches for itself. */
  private KeyStore identity(String name) throws Exception {
    Path file = dir.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "key",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String words = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(words).isZero();
    return KeyStore.getInstance(file.toFile(), PASSWORD);
  }

  private Path pem(String name, String kind, byte[] der) throws IOException {
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(kind, Base64.getMimeEncoder().encodeToString(der), kind);
    return Files.writeString(dir.resolve(name), text);
  }

  private static SSLServerSocket secure(KeyStore own, KeyStore trusted) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, PASSWORD);
    KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
    anchors.load(null, null);
    anchors.setCertificateEntry("client", trusted.getCertificate("key"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(anchors);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return (SSLServerSocket)
        context.getServerSocketFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  @Test
  void over_tls_both_sides_show_who_they_are() throws Exception {
    KeyStore own = identity("server");
    KeyStore client = identity("client");
    try (SSLServerSocket server = secure(own, client)) {
      Path ca = pem("ca.pem", "CERTIFICATE", own.getCertificate("key").getEncoded());
      Path certificate = pem("cert.pem", "CERTIFICATE", client.getCertificate("key").getEncoded());
      Path key = pem("key.pem", "PRIVATE KEY", client.getKey("key", PASSWORD).getEncoded());
      server.setNeedClientAuth(true);
      CompletableFuture<String> line = firstLine(server);
      send(
          server,
          Map.of(
              "syslog-tls-ca-cert", ca.toString(),
              "syslog-tls-cert", certificate.toString(),
              "syslog-tls-key", key.toString()));
      assertThat(line.get()).isEqualTo("hello");
    }
  }

  @Test
  void a_server_nobody_vouches_for_is_not_told_anything_unless_that_is_asked_for()
      throws Exception {
    KeyStore own = identity("server");
    try (SSLServerSocket server = secure(own, own)) {
      CompletableFuture<String> line = firstLine(server);
      assertThatThrownBy(() -> send(server, Map.of())).isInstanceOf(IOException.class);
      assertThat(line.get()).isNotEqualTo("hello");
      CompletableFuture<String> next = firstLine(server);
      send(server, Map.of("syslog-tls-skip-verify", ""));
      assertThat(next.get()).isEqualTo("hello");
      assertThatThrownBy(() -> send(server, Map.of("syslog-tls-ca-cert", "/nosuch")))
          .hasMessage(
              "could not read CA certificate \"/nosuch\": open /nosuch: no such file or directory");
    }
  }
}
