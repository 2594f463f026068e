package dev.wherry.verticles.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.registry.Cancellation;
import dev.wherry.engine.registry.RegistryHttp;
import dev.wherry.engine.registry.RegistryProxies;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers whose certificates are not what they should be. */
@Timeout(60)
class RegistryTlsTest {
  @TempDir private Path directory;
  private final Vertx vertx = Vertx.vertx();
  private RegistryHttp http;
  private HttpServer server;

  private static String pem(String type, byte[] bytes) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(type, Base64.getMimeEncoder().encodeToString(bytes));
  }

  private static KeyStore open(Path store) throws Exception {
    return KeyStore.getInstance(store.toFile(), Identities.PASSWORD.toCharArray());
  }

  private Path place(String file, String content) throws IOException {
    Path place = directory.resolve("certs.d").resolve("127.0.0.1:" + server.actualPort());
    Files.createDirectories(place);
    return Files.writeString(place.resolve(file), content);
  }

  @BeforeEach
  void start() throws IOException, InterruptedException {
    Identities.make(directory, "client", "ip:127.0.0.1");
    Path store = Identities.make(directory, "server", "ip:127.0.0.1");
    http =
        new VertxRegistryHttp(
            vertx,
            RegistryProxies.NONE,
            List.of(directory.resolve("certs.d")),
            Duration.ofSeconds(20));
    server = serve(store);
  }

  /** Tells in its answer whose certificate it has been shown. */
  private HttpServer serve(Path store) {
    return vertx
        .createHttpServer(
            new HttpServerOptions()
                .setSsl(true)
                .setClientAuth(ClientAuth.REQUEST)
                .setTrustOptions(
                    new PfxOptions()
                        .setPath(directory.resolve("client.p12").toString())
                        .setPassword(Identities.PASSWORD))
                .setKeyCertOptions(
                    new PfxOptions().setPath(store.toString()).setPassword(Identities.PASSWORD)))
        .requestHandler(request -> request.response().putHeader("Shown", shown(request)).end("{}"))
        .listen(0, "127.0.0.1")
        .await();
  }

  private static String shown(HttpServerRequest request) {
    try {
      X509Certificate certificate =
          (X509Certificate) request.connection().peerCertificates().getFirst();
      return certificate.getSubjectX500Principal().getName();
    } catch (SSLPeerUnverifiedException e) {
      return "nothing";
    }
  }

  @AfterEach
  void stop() {
    server.close().await();
    vertx.close().await();
  }

  private RegistryHttp.Answer get(String scheme, int port, boolean verified) throws IOException {
    URI uri = URI.create(scheme + "://127.0.0.1:" + port + "/v2/");
    return http.send(
        new RegistryHttp.Request(
            "GET",
            uri,
            Map.of(),
            RegistryHttp.Content.NONE,
            new RegistryHttp.Trust(verified, "127.0.0.1:" + port)),
        new Cancellation());
  }

  @Test
  void a_certificate_that_nobody_vouches_for_is_refused_in_gos_words() {
    assertThatThrownBy(() -> get("https", server.actualPort(), true))
        .isInstanceOf(IOException.class)
        .hasMessage("x509: certificate signed by unknown authority");
  }

  @Test
  void a_registry_declared_insecure_is_not_asked_for_a_good_one() throws IOException {
    try (RegistryHttp.Answer answer = get("https", server.actualPort(), false)) {
      assertThat(answer.status()).isEqualTo(200);
    }
  }

  @Test
  void a_server_that_speaks_plain_http_is_told_as_such() {
    HttpServer plain =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.response().end("{}"))
            .listen(0, "127.0.0.1")
            .await();
    assertThatThrownBy(() -> get("https", plain.actualPort(), true))
        .hasMessage("http: server gave HTTP response to HTTPS client");
  }

  @Test
  void a_certificate_is_believed_once_its_authority_is_in_the_registrys_directory()
      throws Exception {
    assertThatThrownBy(() -> get("https", server.actualPort(), true)).hasMessageContaining("x509");
    byte[] certificate = open(directory.resolve("server.p12")).getCertificate("own").getEncoded();
    place("ca.crt", pem("CERTIFICATE", certificate));
    try (RegistryHttp.Answer answer = get("https", server.actualPort(), true)) {
      assertThat(answer.status()).isEqualTo(200);
    }
  }

  @Test
  void who_we_are_is_shown_to_the_registry_and_to_nobody_else() throws Exception {
    KeyStore client = open(directory.resolve("client.p12"));
    KeyStore own = open(directory.resolve("server.p12"));
    String authority = pem("CERTIFICATE", own.getCertificate("own").getEncoded());
    place("ca.crt", authority);
    place("client.cert", pem("CERTIFICATE", client.getCertificate("own").getEncoded()));
    assertThatThrownBy(() -> get("https", server.actualPort(), true))
        .hasMessageContaining("missing key client.key for client certificate client.cert");
    byte[] key = client.getKey("own", Identities.PASSWORD.toCharArray()).getEncoded();
    place("client.key", pem("PRIVATE KEY", key));
    try (RegistryHttp.Answer answer = get("https", server.actualPort(), true)) {
      assertThat(answer.header("Shown")).isEqualTo("CN=client");
    }
    HttpServer other = serve(directory.resolve("server.p12"));
    URI uri = URI.create("https://127.0.0.1:" + other.actualPort() + "/token");
    RegistryHttp.Trust trust = new RegistryHttp.Trust(true, "127.0.0.1:" + server.actualPort());
    try (RegistryHttp.Answer answer =
        http.send(
            new RegistryHttp.Request("GET", uri, Map.of(), RegistryHttp.Content.NONE, trust),
            new Cancellation())) {
      assertThat(answer.header("Shown")).isEqualTo("nothing");
    }
  }
}
