package dev.wherry.api.server;

import dev.wherry.api.route.ApiRoutes;
import dev.wherry.config.DaemonConfig;
import dev.wherry.config.ListenAddress;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API on all addresses of the configuration. It answers pings from the moment it listens and
 * everything else once the engine has recovered.
 */
public final class ApiServer {
  private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);

  private final Vertx vertx;
  private final List<UnixSocketFile> files;
  private final Future<String> deployment;

  private ApiServer(Vertx vertx, List<UnixSocketFile> files, Future<String> deployment) {
    this.vertx = vertx;
    this.files = files;
    this.deployment = deployment;
  }

  /**
   * Starts to listen. Blocks; not for an event loop.
   *
   * @param config where, and who may use the unix sockets
   * @param early what can be answered without the engine
   * @param routes the rest, once the engine is ready
   * @return the running server
   * @throws IOException naming the address that cannot be used
   */
  public static ApiServer start(
      Vertx vertx, DaemonConfig config, ApiRoutes.Early early, Future<ApiRoutes> routes)
      throws IOException {
    if (!vertx.isNativeTransportEnabled()) {
      throw new IOException(
          "Netty's native epoll transport cannot be used", vertx.unavailableNativeTransportCause());
    }
    var files = new ArrayList<UnixSocketFile>();
    var addresses = new ArrayList<SocketAddress>();
    for (ListenAddress address : config.listen()) {
      // No pattern switch on the way to the first ping: its first use costs 20 ms.
      if (address instanceof ListenAddress.Unix unix) {
        UnixSocketFile file = UnixSocketFile.prepare(unix.path());
        files.add(file);
        addresses.add(SocketAddress.domainSocketAddress(file.bindPath().toString()));
      } else if (address instanceof ListenAddress.Tcp tcp) {
        addresses.add(SocketAddress.inetSocketAddress(tcp.port(), tcp.address().getHostAddress()));
      }
    }
    Future<String> deployment =
        vertx.deployVerticle(
            () -> new ApiVerticle(addresses, early, routes),
            new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors()));
    var server = new ApiServer(vertx, files, deployment);
    try {
      deployment.await();
      boolean defaultGroup = config.socketGroup().equals(DaemonConfig.DEFAULT_GROUP);
      for (UnixSocketFile file : files) {
        file.publish(config.socketGroup(), defaultGroup);
      }
    } catch (IOException | RuntimeException e) {
      files.forEach(UnixSocketFile::remove);
      throw new IOException("cannot listen: " + e.getMessage(), e);
    }
    config.listen().forEach(address -> LOG.info("API listen on {}", shown(address)));
    return server;
  }

  /** Without the scheme, as dockerd logs it. */
  private static String shown(ListenAddress address) {
    String text = address.toString();
    return text.substring(text.indexOf("://") + 3);
  }

  /** Stops listening and closes all connections. */
  public Future<Void> close() {
    files.forEach(UnixSocketFile::remove);
    return deployment.compose(vertx::undeploy);
  }
}
