package dev.wherry.verticles.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.registry.Cancellation;
import dev.wherry.engine.registry.RegistryHttp;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers whose certificates are not what they should be. */
@Timeout(60)
class RegistryTlsTest {
  private static final String PASSWORD = "password";

  @TempDir private Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final RegistryHttp http = new VertxRegistryHttp(vertx);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    Path store = directory.resolve("server.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=registry.test",
                "-ext",
                "SAN=ip:127.0.0.1")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor()).isZero();
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setKeyCertOptions(
                        new PfxOptions().setPath(store.toString()).setPassword(PASSWORD)))
            .requestHandler(request -> request.response().end("{}"))
            .listen(0, "127.0.0.1")
            .await();
  }

  @AfterEach
  void stop() {
    server.close().await();
    vertx.close().await();
  }

  private RegistryHttp.Answer get(String scheme, int port, boolean verified) throws IOException {
    URI uri = URI.create(scheme + "://127.0.0.1:" + port + "/v2/");
    return http.send(
        new RegistryHttp.Request("GET", uri, Map.of(), RegistryHttp.Content.NONE, verified),
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
}
