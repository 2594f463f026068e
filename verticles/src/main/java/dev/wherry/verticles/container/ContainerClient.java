package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerFiles;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.ContainerUpdate;
import dev.wherry.engine.lifecycle.ContainerLifecycle;
import dev.wherry.engine.lifecycle.ContainerLifecycle.DiskUsage;
import dev.wherry.engine.lifecycle.ContainerLifecycle.ProcessTable;
import dev.wherry.engine.lifecycle.NewContainer;
import dev.wherry.engine.network.Attachment;
import dev.wherry.verticles.bus.Addresses;
import dev.wherry.verticles.bus.Commands;
import dev.wherry.verticles.bus.Contexts;
import dev.wherry.verticles.container.ContainerCommand.StopOrder;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks {@link ContainerVerticle}; reads go straight to the engine's memory. */
public final class ContainerClient implements Containers {
  private final Vertx vertx;
  private final ContainerLifecycle lifecycle;

  public ContainerClient(Vertx vertx, ContainerLifecycle lifecycle) {
    this.vertx = vertx;
    this.lifecycle = lifecycle;
  }

  @Override
  public ContainerIndex index() {
    return lifecycle.index();
  }

  @Override
  public ContainerFiles files(Container container) {
    return lifecycle.files(container);
  }

  @Override
  public void anticipate() {
    lifecycle.anticipate();
  }

  @Override
  public Future<Container> create(NewContainer request) {
    return ask(new ContainerCommand.Create(request));
  }

  @Override
  public Future<Void> start(String ref) {
    return ask(new ContainerCommand.Start(ref));
  }

  @Override
  public Future<Void> stop(String ref, @Nullable String signal, @Nullable Integer timeoutSeconds) {
    return ask(new ContainerCommand.Stop(ref, new StopOrder(signal, timeoutSeconds)));
  }

  @Override
  public Future<Void> restart(
      String ref, @Nullable String signal, @Nullable Integer timeoutSeconds) {
    return ask(new ContainerCommand.Restart(ref, new StopOrder(signal, timeoutSeconds)));
  }

  @Override
  public Future<Void> kill(String ref, String signal) {
    return ask(new ContainerCommand.Kill(ref, signal));
  }

  @Override
  public Future<Void> pause(String ref) {
    return ask(new ContainerCommand.Pause(ref));
  }

  @Override
  public Future<Void> unpause(String ref) {
    return ask(new ContainerCommand.Unpause(ref));
  }

  @Override
  public Future<Void> rename(String ref, String newName) {
    return ask(new ContainerCommand.Rename(ref, newName));
  }

  @Override
  public Future<Void> unlink(String ref, String alias) {
    return ask(new ContainerCommand.Unlink(ref, alias));
  }

  @Override
  public Future<Void> connect(String ref, String network, Attachment.Request request) {
    return ask(new ContainerCommand.Connect(ref, network, request));
  }

  @Override
  public Future<Void> disconnect(String ref, String network, boolean force) {
    return ask(new ContainerCommand.Disconnect(ref, network, force));
  }

  @Override
  public Future<Void> update(String ref, ContainerUpdate change) {
    return ask(new ContainerCommand.Update(ref, change));
  }

  @Override
  public Future<Void> remove(String ref, boolean force, boolean volumes) {
    return ask(new ContainerCommand.Remove(ref, force, volumes));
  }

  @Override
  public Future<Waiter> waitFor(String ref, WaitCondition condition) {
    ContextInternal caller = Contexts.current(vertx);
    return ask(new ContainerCommand.WaitFor(ref, condition))
        .map(waiter -> new CallersWaiter(waiter, Contexts.relay(caller, waiter.result())));
  }

  @Override
  public Future<StdioSession> attach(String ref, AttachRequest request) {
    return ask(new ContainerCommand.Attach(ref, request, Contexts.current(vertx)));
  }

  @Override
  public Future<Void> resize(String ref, int rows, int columns) {
    return ask(new ContainerCommand.Resize(ref, rows, columns));
  }

  @Override
  public Future<LogStream> logs(String ref, LogRequest request) {
    return ask(new ContainerCommand.Logs(ref, request, Contexts.current(vertx)));
  }

  @Override
  public Future<ProcessTable> top(String ref, List<String> psArgs) {
    return ask(new ContainerCommand.Top(ref, List.copyOf(psArgs)));
  }

  @Override
  public Future<UsageStream> usages(String ref) {
    return ask(new ContainerCommand.Usages(ref, Contexts.current(vertx)));
  }

  @Override
  public Future<UsageReading> usage(String ref, boolean compared) {
    return ask(new ContainerCommand.Usage(ref, compared));
  }

  @Override
  public Future<Map<String, DiskUsage>> diskUsage(List<String> ids) {
    return ask(new ContainerCommand.DiskUsage(List.copyOf(ids)));
  }

  @Override
  public Future<Map<String, Long>> prune(List<String> ids) {
    return ask(new ContainerCommand.Prune(List.copyOf(ids)));
  }

  private <R> Future<R> ask(ContainerCommand<R> command) {
    return Commands.ask(vertx, Addresses.CONTAINER, command);
  }

  /** A waiter whose result is told on its caller's context. */
  private record CallersWaiter(Waiter waiter, Future<WaitResult> result) implements Waiter {
    @Override
    public void cancel() {
      waiter.cancel();
    }
  }
}
