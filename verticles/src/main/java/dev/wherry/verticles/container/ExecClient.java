package dev.wherry.verticles.container;

import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig.ConsoleSize;
import dev.wherry.engine.lifecycle.ExecLifecycle;
import dev.wherry.verticles.bus.Addresses;
import dev.wherry.verticles.bus.Commands;
import dev.wherry.verticles.bus.Contexts;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks {@link ContainerVerticle} about execs; reads go straight to the engine's memory. */
public final class ExecClient implements Execs {
  private final Vertx vertx;
  private final ExecLifecycle lifecycle;

  public ExecClient(Vertx vertx, ExecLifecycle lifecycle) {
    this.vertx = vertx;
    this.lifecycle = lifecycle;
  }

  @Override
  public Future<Exec> create(String containerRef, ExecSpec spec) {
    return ask(new ExecCommand.Create(containerRef, spec));
  }

  @Override
  public Exec get(String id) {
    return lifecycle.get(id);
  }

  @Override
  public Exec startable(String id) {
    return lifecycle.startable(id);
  }

  @Override
  public List<String> ofContainer(String containerId) {
    return lifecycle.ofContainer(containerId);
  }

  @Override
  public Future<StdioSession> start(String id, @Nullable ConsoleSize size) {
    return ask(new ExecCommand.Start(id, size, Contexts.current(vertx)));
  }

  @Override
  public Future<Void> startDetached(String id) {
    return ask(new ExecCommand.StartDetached(id));
  }

  @Override
  public Future<Void> resize(String id, int rows, int columns) {
    return ask(new ExecCommand.Resize(id, rows, columns));
  }

  private <R> Future<R> ask(ExecCommand<R> command) {
    return Commands.ask(vertx, Addresses.EXEC, command);
  }
}
