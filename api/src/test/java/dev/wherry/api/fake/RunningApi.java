package dev.wherry.api.fake;

import dev.wherry.api.mapping.MachineFacts;
import dev.wherry.api.route.ApiRoutes;
import dev.wherry.api.server.ApiServer;
import dev.wherry.config.ConfigException;
import dev.wherry.config.DaemonConfig;
import dev.wherry.config.StartRequest;
import dev.wherry.e2e.RawHttp;
import dev.wherry.verticles.EngineClients;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The API over a {@link FakeEngine}, on a real unix socket. */
public final class RunningApi implements AutoCloseable {
  public final FakeEngine engine = new FakeEngine();

  /** Completed by {@link #recover}; the API holds back what needs the engine until then. */
  private final Promise<EngineClients> recovered = Promise.promise();

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final Path directory;
  private final ApiServer server;

  private RunningApi(List<String> moreArguments) throws IOException, ConfigException {
    directory = Files.createTempDirectory("api");
    var arguments = new ArrayList<>(List.of("-H", "unix://" + socket()));
    arguments.addAll(List.of("--config-file", empty().toString()));
    arguments.addAll(moreArguments);
    DaemonConfig config =
        ((StartRequest.Serve) StartRequest.of(arguments.toArray(String[]::new))).config();
    MachineFacts machine = MachineFacts.detect(Path.of("/"));
    server =
        ApiServer.start(
            vertx,
            config,
            new ApiRoutes.Early(config, machine, recovered.future()),
            recovered.future().map(clients -> new ApiRoutes(clients, config, machine)));
  }

  private Path empty() throws IOException {
    return Files.writeString(directory.resolve("daemon.json"), "{}");
  }

  /** Starts it, with the engine ready. */
  public static RunningApi start(String... moreArguments) {
    RunningApi api = recovering(moreArguments);
    api.recover();
    return api;
  }

  /** Starts it, with the engine still recovering. */
  public static RunningApi recovering(String... moreArguments) {
    try {
      return new RunningApi(List.of(moreArguments));
    } catch (IOException | ConfigException e) {
      throw new IllegalStateException(e);
    }
  }

  public void recover() {
    recovered.complete(engine.clients());
  }

  public Path socket() {
    return directory.resolve("api.sock");
  }

  public RawHttp connect() {
    return new RawHttp(socket());
  }

  public RawHttp.Answer get(String path) {
    return RawHttp.get(socket(), path);
  }

  public RawHttp.Answer post(String path, String json) {
    return RawHttp.send(socket(), "POST", path, json);
  }

  @Override
  public void close() throws IOException {
    server.close().toCompletionStage().toCompletableFuture().join();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    Files.deleteIfExists(directory.resolve("daemon.json"));
    Files.delete(directory);
  }
}
