package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.Health;
import dev.wherry.engine.container.ProbePlan;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.Supervisor.Order;
import dev.wherry.engine.launch.Supervisor.StartFailure;
import dev.wherry.engine.lifecycle.StartSequence.Prepared;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Starts containers in two halves, between which the caller attaches. */
final class Starts {
  /** dockerd's exit code of a container that could not be started for reasons of its own. */
  private static final int NOT_STARTED = 128;

  private final LifecycleParts parts;
  private final Records records;
  private final Orders orders;
  private final ContainerEvents events;
  private final Teardown teardown;
  private final ExitWatch exits;
  private final OomWatch ooms;
  private final NamespaceChoice namespaces;
  private final EtcFiles etc;
  private final RootPreparation preparation;
  private final Map<String, Prepared> waiting = new ConcurrentHashMap<>();

  Starts(
      LifecycleParts parts,
      Records records,
      Orders orders,
      ContainerEvents events,
      Teardown teardown,
      ExitWatch exits,
      OomWatch ooms,
      EtcFiles etc) {
    this.parts = parts;
    this.records = records;
    this.orders = orders;
    this.events = events;
    this.teardown = teardown;
    this.exits = exits;
    this.ooms = ooms;
    this.namespaces = new NamespaceChoice(records.index(), parts);
    this.etc = etc;
    this.preparation = new RootPreparation(parts.paths(), parts.ids());
  }

  PreparedStart prepare(String id) {
    Container container = records.index().get(id);
    StartSequence.check(container);
    Order order;
    Prepared prepared;
    try {
      order = orders.toStart(container);
      prepared =
          new StartSequence(parts, namespaces, etc, preparation, teardown, exits, container, order)
              .run();
    } catch (StartFailure e) {
      throw failed(container, e);
    } catch (RuntimeException e) {
      EngineException failure = StartSequence.asEngineException(e);
      noteFailure(container, NOT_STARTED, String.valueOf(failure.getMessage()));
      throw failure;
    }
    waiting.put(container.id(), prepared);
    return new PreparedStart(
        container,
        prepared.process().pid(),
        order.bundle().attachSocket(),
        order.bundle().control());
  }

  Container start(PreparedStart start) {
    Container before = start.container();
    Prepared prepared = take(start);
    Container running = running(before, prepared);
    events.volumesMounted(running);
    try {
      records.save(running);
      parts.supervisor().start(prepared.order());
    } catch (StartFailure e) {
      prepared.undo().run(e);
      throw failed(before, e);
    } catch (RuntimeException e) {
      prepared.undo().run(e);
      EngineException failure = StartSequence.asEngineException(e);
      noteFailure(before, NOT_STARTED, String.valueOf(failure.getMessage()));
      throw failure;
    }
    events.tell(running, "start");
    ooms.begin(prepared.order());
    exits.watch(prepared.order(), prepared.process());
    return running;
  }

  void abort(PreparedStart start) {
    EngineException reason = new EngineException.Internal("the start was given up");
    take(start).undo().run(reason);
    if (reason.getSuppressed().length > 0) {
      throw reason;
    }
  }

  private Prepared take(PreparedStart start) {
    Prepared prepared = waiting.remove(start.container().id());
    if (prepared == null) {
      throw new EngineException.Conflict(
          "container " + start.container().id() + " is not about to start");
    }
    return prepared;
  }

  private static Container running(Container before, Prepared prepared) {
    ContainerState.Running state =
        new ContainerState.Running(
            prepared.process().pid(), prepared.process().startTime(), Instant.now());
    boolean byPolicy = before.state() instanceof ContainerState.Restarting;
    Container running =
        before.withState(state).withStarted(true, false, byPolicy ? before.restartCount() : 0);
    running = running.withHealth(health(before));
    Sandbox sandbox = prepared.sandbox();
    return sandbox == null
        ? running
        : running.withNetworks(
            sandbox.attachments(),
            new Container.NetworkSandbox(sandbox.id(), sandbox.key(), sandbox.ports()));
  }

  private static @Nullable Health health(Container before) {
    if (ProbePlan.of(before.config()).isEmpty()) {
      return null;
    }
    Health known = before.health();
    return known == null ? Health.FRESH : known.restarted();
  }

  private EngineException failed(Container before, StartFailure failure) {
    EngineException exception = failure.failure().asException();
    noteFailure(before, failure.failure().exitCode(), failure.failure().text());
    return exception;
  }

  /** The record as it was before, but for how this start failed. */
  private void noteFailure(Container before, int exitCode, String text) {
    records.save(before.withState(StartSequence.failed(before.state(), exitCode, text)));
  }
}
