package dev.wherry.verticles.container;

import dev.wherry.engine.container.HostConfig.ConsoleSize;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Timers;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Resizes terminals. conmon mistakes two messages that it reads at once for the first one twice, so
 * they are sent with a pause in between, during which only the latest size is kept. Confined to one
 * context.
 */
final class Resizer {
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Blocking kernel;
  private final Timers timers;
  private final ControlFifo fifo;
  private final Map<String, Pause> pauses = new HashMap<>();

  /** Writes conmon's messages; blocking. */
  @FunctionalInterface
  interface ControlFifo {
    void resize(Path control, int rows, int columns) throws Exception;
  }

  private static final class Pause {
    private @Nullable ConsoleSize latest;
  }

  Resizer(Blocking kernel, Timers timers, ControlFifo fifo) {
    this.kernel = kernel;
    this.timers = timers;
    this.fifo = fifo;
  }

  /**
   * Completes when the size is sent, or will be after the pause.
   *
   * @param id of the container or exec
   * @param control conmon's control fifo
   */
  Future<Void> resize(String id, Path control, ConsoleSize size) {
    Pause pause = pauses.get(id);
    if (pause != null) {
      pause.latest = size;
      return Future.succeededFuture();
    }
    pauses.put(id, new Pause());
    return kernel
        .run(() -> fifo.resize(control, size.rows(), size.columns()))
        .onComplete(sent -> timers.after(PAUSE, () -> paused(id, control)));
  }

  private void paused(String id, Path control) {
    Pause pause = pauses.remove(id);
    if (pause != null && pause.latest != null) {
      resize(id, control, pause.latest);
    }
  }
}
