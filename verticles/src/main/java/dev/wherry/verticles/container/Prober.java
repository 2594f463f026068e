package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.Health.Probe;
import dev.wherry.engine.container.ProbePlan;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.GoDuration;
import dev.wherry.verticles.bus.Timers;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out single probes, as execs with an end. Confined to one context. */
final class Prober {
  private static final Logger LOG = LoggerFactory.getLogger(Prober.class);

  /** Bytes of a probe's output that are kept. */
  static final int MAX_OUTPUT = 4096;

  /** How long the start of a probe may take, as in dockerd. */
  static final Duration START = Duration.ofSeconds(30);

  private static final int FAILED = -1;

  private final ContainerRoom room;
  private final ExecRunner execs;

  Prober(ContainerRoom room, ExecRunner execs) {
    this.room = room;
    this.execs = execs;
  }

  /**
   * Completes with what came of it, in time or a moment after its time is over. Its time begins
   * when its process runs: a start that takes long is not the container's fault, see {@link
   * #START}.
   *
   * @return fails with {@link EngineException.Conflict} where the container has been paused or has
   *     ended before it began
   */
  Future<Probe> probe(Container container, ProbePlan plan) {
    Run run = new Run(plan, container.id());
    run.start(container);
    return run.done.future();
  }

  private static ExecSpec spec(ProbePlan plan) {
    return new ExecSpec(
        plan.command(), List.of(), "", "", false, false, false, true, true, null, null);
  }

  /** One probe on its way. */
  private final class Run {
    private final ProbePlan plan;
    private final Instant start = Instant.now();
    private final Buffer output = Buffer.buffer();
    private final Promise<Probe> done = room.context().promise();
    private Timers.Timer timeout;
    private @Nullable String execId;

    Run(ProbePlan plan, String containerId) {
      this.plan = plan;
      this.timeout =
          room.timers()
              .after(
                  START,
                  () -> overdue("timed out starting health check for container " + containerId));
    }

    void start(Container container) {
      execs.create(container.id(), spec(plan)).compose(this::run).onFailure(this::failed);
    }

    private Future<Void> run(Exec exec) {
      execId = exec.id();
      execs.keepNot(exec.id());
      return execs
          .start(exec.id(), room.context())
          .onSuccess(session -> running(exec.id(), session))
          .onFailure(failure -> room.execs().forget(exec.id()))
          .mapEmpty();
    }

    private void running(String id, StdioSession opened) {
      if (done.future().isComplete()) {
        kill();
      } else {
        timeout.cancel();
        timeout = room.timers().after(plan.timeout(), this::timedOut);
      }
      opened
          .output()
          .handler(chunk -> keep(chunk.data()))
          .exceptionHandler(this::failed)
          .endHandler(end -> ended(id))
          .resume();
    }

    private void keep(Buffer data) {
      int room = MAX_OUTPUT + 1 - output.length();
      if (room > 0) {
        output.appendBuffer(data.length() > room ? data.slice(0, room) : data);
      }
    }

    private String text() {
      return output.length() > MAX_OUTPUT
          ? new String(output.getBytes(0, MAX_OUTPUT), StandardCharsets.UTF_8) + "..."
          : output.toString(StandardCharsets.UTF_8);
    }

    /** Also long after its time is over. */
    private void ended(String id) {
      try {
        Integer code = room.execs().get(id).exitCode();
        complete(code == null ? FAILED : code, text());
      } catch (RuntimeException e) {
        // The container has ended and taken it along.
        failed(e);
      }
      room.execs().forget(id);
    }

    private void timedOut() {
      String text = "Health check exceeded timeout (" + GoDuration.text(plan.timeout()) + ")";
      overdue(output.length() == 0 ? text : text + ": " + text());
    }

    private void overdue(String text) {
      complete(FAILED, text);
      kill();
    }

    /** It has had its time. */
    private void kill() {
      String id = execId;
      if (id != null) {
        room.kernel()
            .run(() -> room.execs().kill(id))
            .onFailure(failure -> LOG.warn("{}: probe not ended: {}", id, failure.getMessage()));
      }
    }

    private void failed(Throwable failure) {
      if (failure instanceof EngineException.Conflict) {
        timeout.cancel();
        done.tryFail(failure);
      } else {
        complete(FAILED, String.valueOf(failure.getMessage()));
      }
    }

    private void complete(int exitCode, String text) {
      timeout.cancel();
      done.tryComplete(new Probe(start, Instant.now(), exitCode, text));
    }
  }
}
