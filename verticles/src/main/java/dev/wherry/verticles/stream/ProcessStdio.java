package dev.wherry.verticles.stream;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.ProcessStreams;
import dev.wherry.verticles.bus.Contexts;
import dev.wherry.verticles.bus.QueuedStream;
import dev.wherry.verticles.bus.Timers;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The standard streams of one container or exec: one connection to it at most, any number of
 * sessions. Sessions may come before the process; they end with its output. Has a context of its
 * own, and all state is confined to it; only the methods that say so may be called elsewhere.
 *
 * <p><b>Back pressure:</b> while one session has a full queue nothing is read, which holds up
 * conmon and then the process, so that a slow client is not run away from. Where a log and other
 * clients wait too, one that does not read holds them up for {@link #STALL} and no longer: what
 * comes for it goes to disk until it reads again. When the process is to be killed or has ended the
 * back pressure is {@linkplain #lift lifted}: conmon must get rid of the last output to tell of the
 * exit, and there is only so much of it. So a process that is held up is looked after from time to
 * time.
 *
 * <p><b>Input:</b> closing the connection closes the process's input (unless conmon leaves it
 * open), so with an input it stays as long as the process; without one it goes with the last
 * session.
 */
final class ProcessStdio {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessStdio.class);

  /** How long output may come after the exit was seen; as long as dockerd waits for it. */
  static final Duration GRACE = Duration.ofSeconds(2);

  /** How long a client may hold up a process. */
  static final Duration STALL = Duration.ofMillis(200);

  private static final Duration LOOK_AFTER = Duration.ofSeconds(1);

  private final String id;
  private final ContextInternal context;
  private final Timers timers;
  private final AttachConnection.Connector connector;
  private final StdioRules rules;
  private final Supplier<Future<Boolean>> gone;
  private final Supplier<Overflow> overflow;
  private final StdinPump stdin;
  private final List<Session> sessions = new ArrayList<>();
  private @Nullable Run run;
  private boolean lifted;
  private boolean exited;

  /** Set while sessions wait for the exit to be told. */
  private Timers.@Nullable Timer awaitedExit;

  /**
   * @param timers on {@code context}
   * @param gone whether the process has ended, as far as the kernel knows
   * @param overflow makes room for what a client does not read
   */
  ProcessStdio(
      String id,
      ContextInternal context,
      Timers timers,
      AttachConnection.Connector connector,
      StdioRules rules,
      Supplier<Future<Boolean>> gone,
      Supplier<Overflow> overflow) {
    this.id = id;
    this.context = context;
    this.timers = timers;
    this.connector = connector;
    this.rules = rules;
    this.gone = gone;
    this.overflow = overflow;
    this.stdin = new StdinPump(context);
  }

  ContextInternal context() {
    return context;
  }

  /** One connection, from connecting to its end. */
  private final class Run implements AttachConnection.Listener {
    private @Nullable AttachConnection connection;
    private boolean held;
    private int holds;

    @Override
    public void output(StdStream stream, Buffer data) {
      if (run == this) {
        spread(new StdioChunk(stream, data));
      }
    }

    @Override
    public void ended() {
      if (run != this) {
        return;
      }
      if (rules.endsWithExit() && !exited) {
        outputEnded(this);
      } else {
        endRun();
      }
    }
  }

  /** The exit is told in a moment; it ends the sessions. */
  private void outputEnded(Run last) {
    if (last.connection != null) {
      last.connection.close();
    }
    run = null;
    awaitedExit = timers.after(GRACE, this::endRun);
  }

  /** Opens a session that is on the process from now on, connecting if there is a socket. */
  Future<StdioSession> attach(SessionRequest request) {
    Session session = open(request);
    sessions.add(session);
    Path socket = request.socket();
    if (socket == null) {
      return context.succeededFuture(session);
    }
    return connect(socket)
        .otherwise(
            failure -> {
              // The process ended a moment ago and conmon with it.
              LOG.debug("{}: nothing to attach to any more", id, failure);
              sessions.remove(session);
              session.end();
              return null;
            })
        .map(ignored -> session);
  }

  /** A session that is not on the process: it shows what is replayed. */
  StdioSession replay(SessionRequest request) {
    Session session = open(request);
    session.end();
    return session;
  }

  private Session open(SessionRequest request) {
    SessionRequest.Replay replay = request.replay();
    Session session =
        new Session(
            this, request.client(), request.selection(), replay != null, request.whenDetached());
    if (replay != null) {
      QueuedStream<StdioChunk> queue = session.queue();
      replay
          .into(queue)
          .onComplete((done, failure) -> Contexts.run(context, () -> replayed(session, failure)));
    }
    return session;
  }

  private void replayed(Session session, @Nullable Throwable failure) {
    if (failure == null) {
      session.replayed();
    } else {
      sessions.remove(session);
      session.fail(failure);
    }
  }

  /** Whether the process must not start before there is a connection. */
  boolean wantsConnection() {
    return rules.open() || !sessions.isEmpty();
  }

  /** Connects unless connected. */
  Future<Void> connect(Path socket) {
    return connect(listener -> connector.connect(context, socket, listener));
  }

  /** Takes over the pipes of a process that has no conmon. */
  Future<Void> connect(ProcessStreams.Pipes pipes) {
    return connect(
        listener -> context.succeededFuture(PipeConnection.open(context, pipes, listener)));
  }

  private Future<Void> connect(
      Function<AttachConnection.Listener, Future<AttachConnection>> connecting) {
    if (run != null) {
      return context.succeededFuture();
    }
    Run started = new Run();
    run = started;
    lifted = false;
    exited = false;
    return connecting
        .apply(started)
        .onFailure(failure -> forget(started))
        .map(connection -> connected(started, connection));
  }

  private void forget(Run failed) {
    if (run == failed) {
      run = null;
    }
  }

  private @Nullable Void connected(Run started, AttachConnection connection) {
    if (run == started) {
      started.connection = connection;
      stdin.connected(connection);
      regulate();
    } else {
      connection.close();
    }
    return null;
  }

  private void spread(StdioChunk chunk) {
    boolean room = true;
    for (Session session : sessions) {
      room &= session.offer(chunk);
    }
    if (!room) {
      regulate();
    }
  }

  /** Reads or not, as the sessions have room. */
  private void regulate() {
    Run current = run;
    if (current == null || current.connection == null) {
      return;
    }
    boolean hold = !lifted && sessions.stream().anyMatch(Session::isFull);
    if (hold != current.held) {
      current.held = hold;
      current.connection.setReading(!hold);
      if (hold) {
        heldUp(current);
      }
    }
  }

  private void heldUp(Run held) {
    int number = ++held.holds;
    if (rules.logged()) {
      timers.after(STALL, () -> stalled(held, number));
    }
    lookAfter(held);
  }

  /** It has been held up for too long: those who do so are read for no more. */
  private void stalled(Run held, int number) {
    if (run == held && held.held && held.holds == number) {
      sessions.forEach(session -> session.stalled(overflow));
      regulate();
    }
  }

  /** While it is held up: a process that ends meanwhile is let go. */
  private void lookAfter(Run held) {
    timers.after(
        LOOK_AFTER,
        () -> {
          if (run == held && held.held) {
            gone.get().onSuccess(ended -> Contexts.run(context, () -> looked(held, ended)));
          }
        });
  }

  private void looked(Run held, boolean ended) {
    if (run != held || !held.held) {
      return;
    }
    if (ended) {
      lift();
      return;
    }
    List.copyOf(sessions).stream().filter(Session::isStuck).forEach(this::letGo);
    lookAfter(held);
  }

  private void letGo(Session session) {
    LOG.warn("{}: a client does not read and is let go", id);
    session.fail(new EngineException.Internal("the client does not read its output"));
    sessions.remove(session);
    regulate();
  }

  /** From any context: a session has room again. */
  void roomForOutput(Session session) {
    Contexts.run(
        context,
        () -> {
          session.refill();
          regulate();
        });
  }

  /** Reads on whatever the sessions do. */
  void lift() {
    lifted = true;
    regulate();
  }

  /** The process has ended; its sessions do too when its last output has come. */
  void processEnded() {
    exited = true;
    if (awaitedExit != null) {
      awaitedExit.cancel();
      awaitedExit = null;
    }
    lift();
    Run last = run;
    if (last == null) {
      endRun();
      return;
    }
    timers.after(
        GRACE,
        () -> {
          if (run == last) {
            LOG.info("{}: its output did not end within {} of its exit", id, GRACE);
            endRun();
          }
        });
  }

  /** Ends what there is: the process will not run, or its output has ended. */
  void endRun() {
    Run last = run;
    run = null;
    if (last != null && last.connection != null) {
      last.connection.close();
    }
    stdin.reset();
    List<Session> over = List.copyOf(sessions);
    sessions.clear();
    over.forEach(Session::end);
  }

  /** From any context: a client has gone. */
  void leave(Session session) {
    Contexts.run(context, () -> left(session));
  }

  private void left(Session session) {
    session.discard();
    if (!sessions.remove(session)) {
      return;
    }
    if (session.hasInput() && rules.closesWithClient()) {
      stdin.finish();
    }
    Run current = run;
    if (sessions.isEmpty() && !rules.open() && current != null) {
      run = null;
      if (current.connection != null) {
        current.connection.close();
      }
    } else {
      regulate();
    }
  }

  /** From any context: input of a client, told there when it was taken. */
  Future<Void> input(ContextInternal client, Buffer data) {
    return Contexts.call(
        context, client, () -> rules.open() ? stdin.write(data) : context.succeededFuture());
  }

  /** From any context: a client closed its input. */
  void inputEnded(Session session) {
    Contexts.run(
        context,
        () -> {
          if (rules.closesWithClient()) {
            stdin.finish();
          } else if (sessions.remove(session)) {
            session.end();
          }
        });
  }

  @Override
  public String toString() {
    return id;
  }
}
