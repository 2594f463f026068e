package dev.wherry.api;

import dev.wherry.config.ConfigException;
import dev.wherry.config.DaemonConfig;
import dev.wherry.config.StartRequest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.EngineClients;
import dev.wherry.verticles.WherryEngine;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;

/**
 * The daemon's command line: reads the settings, serves until told to end, says what went wrong.
 */
public final class Main {
  private static volatile boolean failed;

  private Main() {}

  /**
   * Runs the daemon. Ends with code 0 when told to by SIGTERM or SIGINT, with 1 when it cannot
   * start.
   *
   * @param args flags named as dockerd's
   */
  public static void main(String[] args) {
    Rehearsal.begin();
    try {
      StartRequest request = StartRequest.of(args);
      // No pattern switch on the way to the first ping: its first use costs 20 ms.
      if (request instanceof StartRequest.Serve serve) {
        serve(serve.config());
      } else if (request instanceof StartRequest.Print print) {
        System.out.println(print.text());
      }
    } catch (ConfigException | IOException | EngineException e) {
      fail(String.valueOf(e.getMessage()));
    }
  }

  private static void serve(DaemonConfig config) throws IOException {
    DaemonLog.apply(config.logLevel());
    Daemon daemon = Daemon.start(config, Main::engine);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(daemon), "end"));
    daemon.ready().onFailure(Main::failed);
  }

  private static Daemon.Engine engine(Vertx vertx, DaemonConfig config) {
    WherryEngine engine = WherryEngine.start(vertx, config);
    return new Daemon.Engine() {
      @Override
      public Future<EngineClients> ready() {
        return engine.ready();
      }

      @Override
      public Future<Void> close() {
        return engine.close();
      }
    };
  }

  /** Leaves with 0, where the JVM would make it 143 for a signal: an ordered end is no failure. */
  private static void end(Daemon daemon) {
    daemon.stop();
    Runtime.getRuntime().halt(failed ? 1 : 0);
  }

  private static void failed(Throwable cause) {
    System.err.println("wherry: " + cause.getMessage());
    failed = true;
    new Thread(() -> System.exit(1), "exit").start();
  }

  private static void fail(String message) {
    System.err.println("wherry: " + message);
    System.exit(1);
  }
}
