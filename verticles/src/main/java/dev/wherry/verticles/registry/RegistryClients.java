package dev.wherry.verticles.registry;

import dev.wherry.engine.registry.RegistryHttp;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP client for each way of trusting servers. Each is made at its first use: a daemon that
 * pulls nothing has none.
 */
final class RegistryClients {
  private static final Duration CONNECT = Duration.ofSeconds(30);
  private static final int CONNECTIONS_PER_HOST = 32;
  private static final int MAX_HEADERS = 64 << 10;

  private final Vertx vertx;
  private final RegistryCertificates certificates;
  private final Map<Kind, HttpClient> made = new HashMap<>();

  /**
   * What clients differ in.
   *
   * @param certificates what there is for a registry, which changes with its files
   * @param home whether it may show who we are
   */
  private record Kind(
      boolean verified, Optional<RegistryCertificates.Found> certificates, boolean home) {}

  RegistryClients(Vertx vertx, RegistryCertificates certificates) {
    this.vertx = vertx;
    this.certificates = certificates;
  }

  /**
   * The client for a request.
   *
   * @throws IOException if the registry's certificates can't be read
   */
  synchronized HttpClient of(RegistryHttp.Request request) throws IOException {
    RegistryHttp.Trust trust = request.trust();
    boolean tls = "https".equals(request.uri().getScheme());
    Optional<RegistryCertificates.Found> found =
        tls && trust.verified() ? certificates.find(trust.registry()) : Optional.empty();
    Kind kind =
        new Kind(tls && trust.verified(), found, found.isPresent() && trust.isHome(request.uri()));
    HttpClient client = made.get(kind);
    if (client == null) {
      client = make(kind);
      made.put(kind, client);
    }
    return client;
  }

  private HttpClient make(Kind kind) throws IOException {
    HttpClientOptions options =
        new HttpClientOptions()
            .setConnectTimeout((int) CONNECT.toMillis())
            .setMaxHeaderSize(MAX_HEADERS)
            .setTrustAll(!kind.verified)
            .setVerifyHost(kind.verified);
    if (kind.verified) {
      options.setTrustOptions(RegistryCertificates.trust(kind.certificates));
    }
    if (kind.home && kind.certificates.isPresent()) {
      kind.certificates.get().identity().ifPresent(options::setKeyCertOptions);
    }
    return vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(CONNECTIONS_PER_HOST));
  }
}
