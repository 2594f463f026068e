package dev.wherry.api;

import dev.wherry.api.mapping.MachineFacts;
import dev.wherry.api.route.ApiRoutes;
import dev.wherry.api.server.ApiServer;
import dev.wherry.config.DaemonConfig;
import dev.wherry.verticles.EngineClients;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is started and ended together: the API, then the engine behind it. */
final class Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
  private static final int STOP_SECONDS = 10;

  private final PidFile pidFile;
  private final Vertx vertx;
  private final ApiServer server;
  private final Engine engine;

  private Daemon(PidFile pidFile, Vertx vertx, ApiServer server, Engine engine) {
    this.pidFile = pidFile;
    this.vertx = vertx;
    this.server = server;
    this.engine = engine;
  }

  /** The engine, as far as the daemon deals with it. */
  interface Engine {
    /** Completes when it has recovered; fails if it cannot work on this machine. */
    Future<EngineClients> ready();

    /** Stops; containers run on. */
    Future<Void> close();
  }

  /** Starts an engine; returns at once. */
  @FunctionalInterface
  interface EngineStarter {
    Engine start(Vertx vertx, DaemonConfig config);
  }

  /**
   * Starts to serve. Returns when the sockets listen; pings are answered from then on, and what
   * needs the engine waits for it.
   *
   * @throws IOException if another daemon runs, or an address cannot be used
   */
  static Daemon start(DaemonConfig config, EngineStarter starter) throws IOException {
    PidFile pidFile = PidFile.write(config.directories().pidFile());
    Vertx vertx = Vertx.vertx(options());
    Promise<EngineClients> engineReady = Promise.promise();
    try {
      MachineFacts machine = MachineFacts.detect(Path.of("/"));
      ApiServer server =
          ApiServer.start(
              vertx,
              config,
              new ApiRoutes.Early(config, machine, engineReady.future()),
              engineReady.future().map(clients -> new ApiRoutes(clients, config, machine)));
      Engine engine = starter.start(vertx, config);
      engine.ready().onComplete(engineReady);
      return new Daemon(pidFile, vertx, server, engine);
    } catch (IOException | RuntimeException e) {
      vertx.close();
      pidFile.remove();
      throw e;
    }
  }

  private static VertxOptions options() {
    return new VertxOptions()
        .setPreferNativeTransport(true)
        // No files are served from the class path: nothing needs to be unpacked or cached.
        .setFileSystemOptions(
            new FileSystemOptions()
                .setClassPathResolvingEnabled(false)
                .setFileCachingEnabled(false));
  }

  /** Completes when the engine has recovered. */
  Future<EngineClients> ready() {
    return engine.ready();
  }

  /** Ends in the reverse order of the start, each part within a bound. Blocks. */
  void stop() {
    await("the API", server.close());
    await("the engine", engine.close());
    await("Vert.x", vertx.close());
    pidFile.remove();
  }

  /** One by one: a future made of them all would be told on an event loop that has ended. */
  private static void await(String what, Future<Void> end) {
    try {
      end.toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("{} did not end in order", what, e);
    }
  }
}
