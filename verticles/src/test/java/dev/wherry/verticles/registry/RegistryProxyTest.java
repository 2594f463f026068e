package dev.wherry.verticles.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.registry.Cancellation;
import dev.wherry.engine.registry.RegistryHttp;
import dev.wherry.engine.registry.RegistryProxies;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Registries of names that nobody knows but the proxy. */
@Timeout(60)
class RegistryProxyTest {
  /** user:p@ss. */
  private static final String SHOWN = "Basic dXNlcjpwQHNz";

  private static final String NAME = "registry.test";

  @TempDir private Path directory;
  private final Vertx vertx = Vertx.vertx();

  /** What the proxy was asked, with the password it was shown. */
  private final List<String> asked = new CopyOnWriteArrayList<>();

  private HttpServer secure;
  private HttpServer proxy;

  @BeforeEach
  void start() throws Exception {
    Path keys = Identities.make(directory, NAME, "dns:" + NAME);
    secure =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setKeyCertOptions(
                        new PfxOptions().setPath(keys.toString()).setPassword(Identities.PASSWORD)))
            .requestHandler(request -> request.response().end("secure " + authorized(request)))
            .listen(0, "127.0.0.1")
            .await();
    proxy = vertx.createHttpServer().requestHandler(this::relay).listen(0, "127.0.0.1").await();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private static String authorized(HttpServerRequest request) {
    return request.getHeader("Authorization") + " " + request.getHeader("Proxy-Authorization");
  }

  /** All servers that speak TLS are the one there is; the others are the proxy itself. */
  private void relay(HttpServerRequest request) {
    String shown = request.getHeader("Proxy-Authorization");
    asked.add(request.method() + " " + request.uri() + " " + shown);
    if (!SHOWN.equals(shown)) {
      request.response().setStatusCode(407).end();
    } else if (request.method().name().equals("CONNECT")) {
      NetClient client = vertx.createNetClient();
      client
          .connect(secure.actualPort(), "127.0.0.1")
          .compose(there -> request.toNetSocket().onSuccess(here -> join(here, there)));
    } else {
      request.response().end("plain");
    }
  }

  /**
   * A proxy of SOCKS 5 (RFC 1928, RFC 1929) for user and p@ss, which tells what it was asked for
   * and leads everything to one server.
   */
  private NetServer socks(int port) {
    return vertx
        .createNetServer()
        .connectHandler(
            client -> {
              Deque<Buffer> told = new ArrayDeque<>();
              client.handler(
                  part -> {
                    told.add(part);
                    switch (told.size()) {
                      case 1 -> client.write(Buffer.buffer(new byte[] {5, 2}));
                      case 2 -> {
                        boolean known = part.toString().equals("\u0001\u0004user\u0004p@ss");
                        client.write(Buffer.buffer(new byte[] {1, (byte) (known ? 0 : 1)}));
                      }
                      case 3 -> lead(client, part, port);
                      default -> asked.add("more than was expected");
                    }
                  });
            })
        .listen(0, "127.0.0.1")
        .await();
  }

  private void lead(NetSocket client, Buffer wanted, int port) {
    int length = wanted.getByte(4);
    asked.add(
        "type %d %s:%d"
            .formatted(
                wanted.getByte(3),
                wanted.getString(5, 5 + length),
                wanted.getUnsignedShort(5 + length)));
    client.pause();
    vertx
        .createNetClient()
        .connect(port, "127.0.0.1")
        .onSuccess(
            there -> {
              client.write(Buffer.buffer(new byte[] {5, 0, 0, 1, 127, 0, 0, 1, 0, 0}));
              join(client, there);
              client.resume();
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5", "socks5h"})
  void a_proxy_of_socks_5_is_told_names_and_looks_them_up_itself(String scheme) throws IOException {
    HttpServer plain =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.response().end("plain " + authorized(request)))
            .listen(0, "127.0.0.1")
            .await();
    NetServer toPlain = socks(plain.actualPort());
    NetServer toSecure = socks(secure.actualPort());
    assertThat(get("http://" + NAME, socksAddress(scheme, "user:p%40ss", toPlain), ""))
        .isEqualTo("200 plain Basic registrys null");
    assertThat(get("https://" + NAME, socksAddress(scheme, "user:p%40ss", toSecure), ""))
        .isEqualTo("200 secure Basic registrys null");
    assertThat(asked).containsExactly("type 3 " + NAME + ":80", "type 3 " + NAME + ":443");
  }

  private static URI socksAddress(String scheme, String user, NetServer proxy) {
    return URI.create("%s://%s@127.0.0.1:%d".formatted(scheme, user, proxy.actualPort()));
  }

  @Test
  void a_proxy_of_socks_5_that_is_not_there_or_does_not_know_us_is_told() {
    for (String scheme : List.of("http", "https")) {
      assertThatThrownBy(
              () -> get(scheme + "://" + NAME, URI.create("socks5://user:canary@127.0.0.1:1"), ""))
          .hasMessage("proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused");
      assertThatThrownBy(
              () -> get(scheme + "://" + NAME, socksAddress("socks5", "user:canary", socks(1)), ""))
          .hasMessageNotContaining("canary")
          .hasMessageContaining("auth");
    }
    assertThat(asked).isEmpty();
  }

  private static void join(NetSocket here, NetSocket there) {
    here.handler(there::write).closeHandler(closed -> there.close());
    there.handler(here::write).closeHandler(closed -> here.close());
  }

  private String get(String server, String user, String exceptions) throws IOException {
    URI address = URI.create("http://" + user + "127.0.0.1:" + proxy.actualPort());
    return get(server, address, exceptions);
  }

  private String get(String server, URI address, String exceptions) throws IOException {
    RegistryHttp http =
        new VertxRegistryHttp(
            vertx,
            new RegistryProxies(Optional.of(address), Optional.of(address), exceptions),
            RegistryCertificates.PLACES,
            Duration.ofSeconds(20));
    URI uri = URI.create(server + "/v2/");
    RegistryHttp.Trust trust = new RegistryHttp.Trust(false, NAME);
    Map<String, String> headers = Map.of("Authorization", "Basic registrys");
    try (RegistryHttp.Answer answer =
        http.send(
            new RegistryHttp.Request("GET", uri, headers, RegistryHttp.Content.NONE, trust),
            new Cancellation())) {
      return answer.status()
          + " "
          + new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void a_registry_that_speaks_plain_http_is_asked_by_the_proxy() throws IOException {
    assertThat(get("http://" + NAME, "user:p%40ss@", "")).isEqualTo("200 plain");
    assertThat(asked).containsExactly("GET http://" + NAME + "/v2/ " + SHOWN);
  }

  @Test
  void of_what_is_said_to_a_secure_registry_the_proxy_sees_nothing() throws IOException {
    assertThat(get("https://" + NAME, "user:p%40ss@", ""))
        .isEqualTo("200 secure Basic registrys null");
    assertThat(asked).containsExactly("CONNECT " + NAME + ":443 " + SHOWN);
  }

  @Test
  void an_exception_is_asked_directly() throws IOException {
    assertThat(get("https://127.0.0.1:" + secure.actualPort(), "", ""))
        .isEqualTo("200 secure Basic registrys null");
    assertThatThrownBy(() -> get("https://" + NAME, "", "x,.test"))
        .hasMessage("dial tcp: lookup " + NAME + ": no such host");
    assertThat(asked).isEmpty();
  }

  @Test
  void a_proxy_that_wants_a_password_says_so() throws IOException {
    assertThat(get("http://" + NAME, "", "")).isEqualTo("407 ");
    assertThatThrownBy(() -> get("https://" + NAME, "", ""))
        .hasMessage("Proxy Authentication Required");
  }

  @Test
  void a_proxy_that_is_not_there_is_named() {
    URI nobody = URI.create("http://user:canary@127.0.0.1:1");
    for (String scheme : List.of("http", "https")) {
      assertThatThrownBy(() -> get(scheme + "://" + NAME, nobody, ""))
          .hasMessage("proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused");
    }
  }
}
