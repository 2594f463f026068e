package dev.wherry.verticles.stream;

import dev.wherry.engine.launch.ProcessStreams;
import dev.wherry.engine.linux.Sockets;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Contexts;
import dev.wherry.verticles.bus.Timers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The standard streams of all containers and execs, by their ids. Used from one context, the
 * owner's, whose lanes order the calls for one id; each process's streams have a context of their
 * own, so that the event loops share the traffic.
 */
public final class StdioHub {
  private final Vertx vertx;
  private final ContextInternal owner;
  private final AttachConnection.Connector connector;
  private final Function<ContextInternal, Timers> timers;
  private final Function<String, Future<Boolean>> gone;
  private final Function<ContextInternal, Overflow> overflow;
  private final Map<String, ProcessStdio> processes = new HashMap<>();

  /**
   * The hub of processes that conmon looks after.
   *
   * @param gone whether the process of this id has ended, as far as the kernel knows; blocking
   * @param overflow a directory for output that clients do not read
   */
  public static StdioHub ofConmon(
      Vertx vertx,
      ContextInternal owner,
      Blocking blocking,
      Sockets sockets,
      Predicate<String> gone,
      Path overflow) {
    return new StdioHub(
        vertx,
        owner,
        new ConmonConnector(blocking, sockets),
        Timers::on,
        id -> blocking.call(() -> gone.test(id)),
        context -> new Overflow(overflow, blocking, context));
  }

  StdioHub(
      Vertx vertx,
      ContextInternal owner,
      AttachConnection.Connector connector,
      Function<ContextInternal, Timers> timers,
      Function<String, Future<Boolean>> gone,
      Function<ContextInternal, Overflow> overflow) {
    this.vertx = vertx;
    this.owner = owner;
    this.connector = connector;
    this.timers = timers;
    this.gone = gone;
    this.overflow = overflow;
  }

  /** Completes when the session gets all that the process writes from then on. */
  public Future<StdioSession> attach(String id, StdioRules rules, SessionRequest request) {
    ProcessStdio process = process(id, rules);
    return Contexts.call(process.context(), owner, () -> process.attach(request));
  }

  /** A session that ends after what is replayed. */
  public Future<StdioSession> replay(String id, StdioRules rules, SessionRequest request) {
    ProcessStdio process = process(id, rules);
    return Contexts.call(
        process.context(), owner, () -> process.context().succeededFuture(process.replay(request)));
  }

  /**
   * To be called between a process's making and its start: connects if somebody is attached, or if
   * it has an input, which would close with the first client that leaves.
   */
  public Future<Void> beforeStart(String id, StdioRules rules, Path socket) {
    if (!rules.open() && !processes.containsKey(id)) {
      return owner.succeededFuture();
    }
    ProcessStdio process = process(id, rules);
    return Contexts.call(
        process.context(),
        owner,
        () ->
            process.wantsConnection()
                ? process.connect(socket)
                : process.context().succeededFuture());
  }

  /** To be called while an exec is being started: connects in any case. */
  public Future<Void> beforeStart(String id, StdioRules rules, ProcessStreams streams) {
    return switch (streams) {
      case ProcessStreams.Conmon conmon -> beforeStart(id, rules, conmon.attach());
      case ProcessStreams.None ignored -> owner.succeededFuture();
      case ProcessStreams.Pipes pipes -> {
        ProcessStdio process = process(id, rules);
        yield Contexts.call(process.context(), owner, () -> process.connect(pipes));
      }
    };
  }

  /** The process has ended: sessions end when its last output has come, soon. */
  public void processEnded(String id) {
    with(id, ProcessStdio::processEnded);
  }

  /** The process is about to be killed: no slow client may hold up its end. */
  public void processToBeKilled(String id) {
    with(id, ProcessStdio::lift);
  }

  /** Ends all sessions now: the process did not start. */
  public void endSessions(String id) {
    with(id, ProcessStdio::endRun);
  }

  /** Ends all sessions now and forgets the id. */
  public void forget(String id) {
    ProcessStdio process = processes.remove(id);
    if (process != null) {
      Contexts.run(process.context(), process::endRun);
    }
  }

  /** Forgets the id of a process that has ended, leaving its last output to its sessions. */
  public void forgetEnded(String id) {
    processEnded(id);
    processes.remove(id);
  }

  private ProcessStdio process(String id, StdioRules rules) {
    return processes.computeIfAbsent(
        id,
        key -> {
          ContextInternal context = Contexts.fresh(vertx);
          return new ProcessStdio(
              key,
              context,
              timers.apply(context),
              connector,
              rules,
              () -> gone.apply(key),
              () -> overflow.apply(context));
        });
  }

  private void with(String id, Consumer<ProcessStdio> action) {
    ProcessStdio process = processes.get(id);
    if (process != null) {
      Contexts.run(process.context(), () -> action.accept(process));
    }
  }
}
