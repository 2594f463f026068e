package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.contents.ContainerContents;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.ConmonControl;
import dev.wherry.engine.lifecycle.ContainerLifecycle;
import dev.wherry.engine.lifecycle.ContainerLifecycle.DiskUsage;
import dev.wherry.engine.lifecycle.ExecLifecycle;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.LinuxProcesses;
import dev.wherry.engine.linux.LinuxSockets;
import dev.wherry.engine.log.LogChanges;
import dev.wherry.verticles.bus.Addresses;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Commands;
import dev.wherry.verticles.bus.Lanes;
import dev.wherry.verticles.bus.Timers;
import dev.wherry.verticles.stream.StdioHub;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Containers and execs. Orders the work on each container in its lane, and puts the engine's
 * blocking steps together into what the API offers. It is deployed when the engine's state is
 * recovered: commands are answered from then on.
 */
public final class ContainerVerticle extends VerticleBase {
  private final ContainerLifecycle lifecycle;
  private final ExecLifecycle execs;
  private final Blocking kernel;
  private final Surroundings surroundings;

  /**
   * What the verticle reaches the processes with.
   *
   * @param hub makes the hub for the verticle's context
   * @param timers makes timers for it
   * @param control writes to conmon's control fifos
   * @param contents reads and writes their file systems
   * @param transfers for archives that come from or go to a client
   */
  record Surroundings(
      Function<ContextInternal, StdioHub> hub,
      Function<ContextInternal, Timers> timers,
      ContainerLogs logs,
      Resizer.ControlFifo control,
      ContainerContents contents,
      Blocking transfers) {}

  /**
   * A verticle for processes that conmon looks after, with their logs in files.
   *
   * @param overflow a directory for output that clients do not read
   */
  public static ContainerVerticle ofConmon(
      ContainerLifecycle lifecycle,
      ExecLifecycle execs,
      ContainerContents contents,
      Blocking kernel,
      Blocking transfers,
      LogChanges changes,
      Path overflow) {
    Liveness liveness = new Liveness(lifecycle.index(), execs, new LinuxProcesses());
    ConmonControl control = new ConmonControl(new LinuxPaths(), new LinuxProcesses());
    return new ContainerVerticle(
        lifecycle,
        execs,
        kernel,
        new Surroundings(
            own ->
                StdioHub.ofConmon(
                    own.owner(), own, kernel, new LinuxSockets(), liveness::isGone, overflow),
            Timers::on,
            new FileLogs(lifecycle, changes),
            control::resize,
            contents,
            transfers));
  }

  ContainerVerticle(
      ContainerLifecycle lifecycle,
      ExecLifecycle execs,
      Blocking kernel,
      Surroundings surroundings) {
    this.lifecycle = lifecycle;
    this.execs = execs;
    this.kernel = kernel;
    this.surroundings = surroundings;
  }

  private record Parts(
      ContainerRoom room,
      Starter starter,
      Stopper stopper,
      Remover remover,
      Attacher attacher,
      ExecRunner execs,
      UsageWatches usages,
      ContentRunner contents,
      HealthChecks health) {}

  @Override
  public Future<?> start() {
    ContextInternal own = (ContextInternal) context;
    Timers timers = surroundings.timers().apply(own);
    ContainerRoom room =
        new ContainerRoom(
            own,
            lifecycle,
            execs,
            kernel,
            new Lanes(own),
            surroundings.hub().apply(own),
            new Waiters(own),
            timers);
    Restarts restarts = new Restarts(timers);
    Remover remover = new Remover(room, restarts);
    Resizer resizer = new Resizer(kernel, timers, surroundings.control());
    ExecRunner runner = new ExecRunner(room, resizer);
    HealthChecks health = new HealthChecks(room, new Prober(room, runner));
    Promise<Void> exitsKnown = own.promise();
    StartOrder order = new StartOrder(room, restarts, exitsKnown.future());
    Starter starter = new Starter(room, restarts, order, remover, health);
    Parts parts =
        new Parts(
            room,
            starter,
            new Stopper(room, restarts),
            remover,
            new Attacher(room, surroundings.logs(), resizer),
            runner,
            new UsageWatches(room),
            new ContentRunner(room, surroundings.contents(), surroundings.transfers()),
            health);
    Promise<Void> recovered = own.promise();
    Exits exits = new Exits(room, restarts, remover, starter, health, recovered.future());
    return kernel
        .run(() -> lifecycle.recover(exits))
        .onComplete(recovered)
        .onSuccess(
            done -> {
              Commands.serve(
                  vertx, Addresses.CONTAINER, ContainerCommand.class, c -> answer(parts, c));
              Commands.serve(vertx, Addresses.EXEC, ExecCommand.class, c -> answer(parts, c));
              Commands.serve(
                  vertx, Addresses.CONTENTS, ContentsCommand.class, parts.contents::answer);
              exits.earlyOnes().onComplete(exitsKnown);
              new Recovery(room, restarts, remover, starter, health).begin();
            });
  }

  private static Future<?> answer(Parts parts, ContainerCommand<?> command) {
    return switch (command) {
      case ContainerCommand.Create create ->
          parts.room.kernel().call(() -> parts.room.lifecycle().create(create.request()));
      case ContainerCommand.Start start -> parts.starter.start(start.ref());
      case ContainerCommand.Stop stop -> parts.stopper.stop(stop.ref(), stop.order());
      case ContainerCommand.Restart restart -> restart(parts, restart);
      case ContainerCommand.Kill kill -> parts.stopper.kill(kill.ref(), kill.signal());
      case ContainerCommand.Pause pause ->
          changed(parts, pause.ref(), ContainerLifecycle::pause)
              .onSuccess(paused -> parts.health.ended(paused.id()))
              .mapEmpty();
      case ContainerCommand.Unpause unpause ->
          changed(parts, unpause.ref(), ContainerLifecycle::unpause)
              .onSuccess(parts.health::running)
              .mapEmpty();
      case ContainerCommand.Rename rename ->
          change(parts, rename.ref(), (engine, id) -> engine.rename(id, rename.newName()));
      case ContainerCommand.Unlink unlink ->
          change(parts, unlink.ref(), (engine, id) -> engine.unlink(id, unlink.alias()));
      case ContainerCommand.Connect connect ->
          change(
              parts,
              connect.ref(),
              (engine, id) -> engine.connect(id, connect.network(), connect.request()));
      case ContainerCommand.Disconnect disconnect ->
          change(
              parts,
              disconnect.ref(),
              (engine, id) -> engine.disconnect(id, disconnect.network(), disconnect.force()));
      case ContainerCommand.Update update ->
          change(parts, update.ref(), (engine, id) -> engine.update(id, update.change()));
      case ContainerCommand.Remove remove ->
          parts.remover.remove(remove.ref(), remove.force(), remove.volumes(), parts.stopper);
      case ContainerCommand.WaitFor wait -> waitFor(parts.room, wait);
      case ContainerCommand.Attach attach ->
          parts.attacher.attach(attach.ref(), attach.request(), attach.client());
      case ContainerCommand.Resize resize ->
          parts.attacher.resize(resize.ref(), resize.rows(), resize.columns());
      case ContainerCommand.Logs logs ->
          parts.attacher.logs(logs.ref(), logs.request(), logs.client());
      case ContainerCommand.Top top ->
          parts.room.inLane(
              top.ref(),
              container ->
                  parts
                      .room
                      .kernel()
                      .call(() -> parts.room.lifecycle().top(container.id(), top.psArgs())));
      case ContainerCommand.Usages usages -> parts.usages.stream(usages.ref(), usages.client());
      case ContainerCommand.Usage usage -> parts.usages.glance(usage.ref(), usage.compared());
      case ContainerCommand.DiskUsage usage ->
          parts.room.kernel().call(() -> diskUsage(parts.room.lifecycle(), usage.ids()));
      case ContainerCommand.Prune prune -> parts.remover.prune(prune.ids());
    };
  }

  private static Future<?> answer(Parts parts, ExecCommand<?> command) {
    return switch (command) {
      case ExecCommand.Create create -> parts.execs.create(create.containerRef(), create.spec());
      case ExecCommand.Start start -> parts.execs.start(start.id(), start.size(), start.client());
      case ExecCommand.StartDetached start -> parts.execs.startDetached(start.id());
      case ExecCommand.Resize resize ->
          parts.execs.resize(resize.id(), resize.rows(), resize.columns());
    };
  }

  /** A change of one step. */
  @FunctionalInterface
  private interface Change {
    Container make(ContainerLifecycle lifecycle, String id);
  }

  private static Future<Void> change(Parts parts, String ref, Change change) {
    return changed(parts, ref, change).mapEmpty();
  }

  private static Future<Container> changed(Parts parts, String ref, Change change) {
    return parts.room.inLane(
        ref,
        container ->
            parts.room.kernel().call(() -> change.make(parts.room.lifecycle(), container.id())));
  }

  private static Future<Void> restart(Parts parts, ContainerCommand.Restart command) {
    Container container = parts.room.lifecycle().index().get(command.ref());
    String id = container.id();
    parts.remover.keep(id);
    return parts
        .stopper
        .stopIfRunning(id, command.order())
        .compose(stopped -> parts.starter.start(id))
        .compose(started -> parts.room.tell(container, "restart", Map.of()))
        .onComplete(done -> parts.remover.release(id));
  }

  private static Future<Containers.Waiter> waitFor(
      ContainerRoom room, ContainerCommand.WaitFor command) {
    return room.inLane(
        command.ref(),
        container -> {
          boolean holds =
              command.condition() == WaitCondition.NOT_RUNNING
                  && !ContainerRoom.isRunning(container);
          return Future.succeededFuture(
              holds
                  ? room.waiters()
                      .done(new WaitResult(ContainerRoom.exitCode(container.state()), ""))
                  : room.waiters().register(container.id(), command.condition()));
        });
  }

  private static Map<String, DiskUsage> diskUsage(ContainerLifecycle lifecycle, List<String> ids) {
    Map<String, DiskUsage> usage = new HashMap<>();
    for (String id : ids) {
      try {
        usage.put(id, lifecycle.diskUsage(id));
      } catch (EngineException.NotFound e) {
        // Removed meanwhile: it uses nothing.
        usage.remove(id);
      }
    }
    return usage;
  }
}
