package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.launch.ConmonControl;
import dev.wherry.engine.lifecycle.ContainerLifecycle;
import dev.wherry.engine.lifecycle.ContainerLifecycle.LogPlace;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.LinuxProcesses;
import dev.wherry.engine.log.LogRotation;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Timers;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the logs of live containers from time to time and has those rotated that are large
 * enough; logs that grow fast are looked at more often. Confined to one context.
 */
public final class LogVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(LogVerticle.class);

  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration SHORT_PAUSE = Duration.ofMillis(50);

  /** A log is fast if at this rate it is full within so many pauses. */
  private static final int FAST = 8;

  private final ContainerLifecycle lifecycle;
  private final Rotation rotation;
  private final Blocking kernel;
  private final Function<ContextInternal, Timers> timersOf;
  private @Nullable Timers timers;

  /** Sizes when they were last looked at; only the sweep uses it, and sweeps don't overlap. */
  private Map<String, Long> sizes = new HashMap<>();

  private final Set<String> tidying = new HashSet<>();

  /** Those with old files that conmon still wrote to; also used by the sweep. */
  private final Set<String> untidy = ConcurrentHashMap.newKeySet();

  /** Blocking work on the files of one log. */
  interface Rotation {
    /** Begins a new file if it is time: the bytes in the file being written. */
    long check(LogPlace log);

    /** Compresses what is old: whether all of it. */
    boolean tidy(LogPlace log);
  }

  /** For logs that conmon writes. */
  public static LogVerticle ofConmon(ContainerLifecycle lifecycle, Blocking kernel) {
    LogRotation files = new LogRotation(new ConmonControl(new LinuxPaths(), new LinuxProcesses()));
    Rotation rotation =
        new Rotation() {
          @Override
          public long check(LogPlace log) {
            return files.check(log.file(), log.policy(), log.control());
          }

          @Override
          public boolean tidy(LogPlace log) {
            return files.tidy(log.file(), log.policy());
          }
        };
    return new LogVerticle(lifecycle, rotation, kernel, Timers::on);
  }

  LogVerticle(
      ContainerLifecycle lifecycle,
      Rotation rotation,
      Blocking kernel,
      Function<ContextInternal, Timers> timersOf) {
    this.lifecycle = lifecycle;
    this.rotation = rotation;
    this.kernel = kernel;
    this.timersOf = timersOf;
  }

  private record Sweep(boolean fast, List<Container> rotated) {}

  @Override
  public Future<?> start() {
    timers = timersOf.apply((ContextInternal) context);
    after(PAUSE);
    return Future.succeededFuture();
  }

  private void after(Duration pause) {
    Objects.requireNonNull(timers).after(pause, this::sweep);
  }

  private void sweep() {
    kernel
        .call(this::checkAll)
        .onComplete(
            (sweep, failure) -> {
              if (failure != null) {
                LOG.error("logs could not be looked at", failure);
                after(PAUSE);
              } else {
                sweep.rotated().forEach(this::tidy);
                after(sweep.fast() ? SHORT_PAUSE : PAUSE);
              }
            });
  }

  /** On a worker. */
  private Sweep checkAll() {
    Map<String, Long> now = new HashMap<>();
    List<Container> rotated = new ArrayList<>();
    boolean fast = false;
    for (Container container : lifecycle.index().list()) {
      if (!container.state().isAlive()) {
        continue;
      }
      LogPlace log = lifecycle.log(container);
      if (!log.policy().rotates()) {
        continue;
      }
      // One not seen before may have been left as it is by an earlier daemon.
      long before = sizes.getOrDefault(container.id(), Long.MAX_VALUE);
      long size = check(container, log);
      now.put(container.id(), size);
      fast |= (before == Long.MAX_VALUE ? size : size - before) > log.policy().maxSize() / FAST;
      if (size < before || untidy.remove(container.id())) {
        rotated.add(container);
      }
    }
    sizes = now;
    return new Sweep(fast, rotated);
  }

  private long check(Container container, LogPlace log) {
    try {
      return rotation.check(log);
    } catch (RuntimeException e) {
      // A full disk, say: the other logs are looked at all the same.
      LOG.warn("{}: its log could not be rotated: {}", container.id(), e.getMessage());
      return 0;
    }
  }

  private void tidy(Container container) {
    String id = container.id();
    if (!tidying.add(id)) {
      return;
    }
    LogPlace log = lifecycle.log(container);
    Future<Boolean> tidied = kernel.call(() -> rotation.tidy(log));
    tidied.onComplete(
        (all, failure) -> {
          tidying.remove(id);
          if (failure != null) {
            LOG.warn("{}: its old log files stay as they are: {}", id, failure.getMessage());
          } else if (!all) {
            untidy.add(id);
          }
        });
  }
}
