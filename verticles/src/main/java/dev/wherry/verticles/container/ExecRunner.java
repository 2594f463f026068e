package dev.wherry.verticles.container;

import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig.ConsoleSize;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.ProcessStreams;
import dev.wherry.engine.lifecycle.ExecLifecycle.RunningExec;
import dev.wherry.verticles.stream.SessionRequest;
import dev.wherry.verticles.stream.StdioRules;
import dev.wherry.verticles.stream.StdioSession;
import dev.wherry.verticles.stream.StreamSelection;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs execs, each in a lane of its own. Confined to one context. */
final class ExecRunner {
  /** How long an exec can be inspected after its end; dockerd keeps it for 5 to 10 minutes. */
  static final Duration KEPT = Duration.ofMinutes(10);

  private final ContainerRoom room;
  private final Resizer resizer;

  /** Those that run. */
  private final Map<String, ProcessStreams> running = new HashMap<>();

  /** Those that are not to be inspected after their end. */
  private final Set<String> notKept = new HashSet<>();

  ExecRunner(ContainerRoom room, Resizer resizer) {
    this.room = room;
    this.resizer = resizer;
  }

  Future<Exec> create(String containerRef, ExecSpec spec) {
    return room.inLane(
        containerRef,
        container -> room.kernel().call(() -> room.execs().create(container.id(), spec)));
  }

  /** Its end is looked at by who had it made, who then forgets it. */
  void keepNot(String id) {
    notKept.add(id);
  }

  /** On the terminal it was created with. */
  Future<StdioSession> start(String id, ContextInternal client) {
    return start(id, null, client);
  }

  /** Connects the streams, then lets the process run. */
  Future<StdioSession> start(String id, @Nullable ConsoleSize size, ContextInternal client) {
    ExecSpec spec = room.execs().get(id).spec();
    StreamSelection selection =
        new StreamSelection(spec.attachStdin(), spec.attachStdout(), spec.attachStderr());
    if (size != null) {
      room.execs().setConsoleSize(id, size);
    }
    return room.lanes()
        .submit(
            id,
            () ->
                begin(id, false)
                    .compose(
                        running ->
                            attach(id, spec, selection, client)
                                .compose(session -> proceed(id, spec, running).map(session))));
  }

  /** Runs it without a client: what input it may have is at its end. */
  Future<Void> startDetached(String id) {
    ExecSpec spec = room.execs().get(id).spec();
    if (spec.attachStdin() && spec.tty()) {
      return start(id, room.context()).onSuccess(StdioSession::close).mapEmpty();
    }
    return room.lanes().submit(id, () -> begin(id, true).compose(running -> proceed(id, running)));
  }

  private Future<RunningExec> begin(String id, boolean detached) {
    return room.kernel()
        .call(() -> room.execs().start(id, detached, exitCode -> ended(id)))
        .onSuccess(begun -> running.put(id, begun.streams()));
  }

  private Future<StdioSession> attach(
      String id, ExecSpec spec, StreamSelection selection, ContextInternal client) {
    SessionRequest request = new SessionRequest(client, selection, null, null, () -> detached(id));
    return room.hub().attach(id, StdioRules.of(spec), request);
  }

  private Future<Void> proceed(String id, ExecSpec spec, RunningExec running) {
    return connect(id, spec, running).compose(connected -> proceed(id, running));
  }

  private Future<Void> connect(String id, ExecSpec spec, RunningExec running) {
    return room.hub()
        .beforeStart(id, StdioRules.of(spec), running.streams())
        .recover(
            failure ->
                room.kernel()
                    .run(running::abort)
                    .transform((done, ignored) -> Future.<Void>failedFuture(failure)))
        .onFailure(failure -> dropped(id));
  }

  private Future<Void> proceed(String id, RunningExec running) {
    return room.kernel().call(running::attached).onFailure(failure -> dropped(id)).mapEmpty();
  }

  /** It did not come to run. */
  private void dropped(String id) {
    running.remove(id);
    notKept.remove(id);
    room.hub().forget(id);
  }

  private void detached(String id) {
    Exec exec = room.execs().get(id);
    room.lifecycle()
        .index()
        .byId(exec.containerId())
        .ifPresent(container -> room.tell(container, "exec_detach", Map.of("execID", id)));
  }

  /** Told by the engine, from a thread of its own. */
  private void ended(String id) {
    room.context()
        .runOnContext(
            ignored -> {
              running.remove(id);
              room.hub().forgetEnded(id);
              if (notKept.remove(id)) {
                return;
              }
              room.timers().after(KEPT, () -> room.kernel().run(() -> room.execs().forget(id)));
            });
  }

  private static EngineException notResizable(Exec exec) {
    return exec.started() && !exec.running()
        ? new EngineException.NotFound("process does not exist " + exec.id() + ": not found")
        : new EngineException.Internal("timeout waiting for exec session ready");
  }

  Future<Void> resize(String id, int rows, int columns) {
    return room.lanes()
        .submit(
            id,
            () ->
                switch (running.get(id)) {
                  case null -> throw notResizable(room.execs().get(id));
                  case ProcessStreams.Conmon(var attach, var control) ->
                      resizer.resize(id, control, new ConsoleSize(rows, columns));
                  // Without a terminal nothing comes of it, as with dockerd.
                  case ProcessStreams.Pipes ignored -> room.context().succeededFuture();
                  case ProcessStreams.None ignored -> room.context().succeededFuture();
                });
  }
}
