package dev.wherry.verticles.container;

import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig.ConsoleSize;
import dev.wherry.verticles.bus.Command;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.internal.ContextInternal;
import org.jspecify.annotations.Nullable;

/** What {@link ContainerVerticle} is asked about execs. */
sealed interface ExecCommand<R> extends Command<R> {

  record Create(String containerRef, ExecSpec spec) implements ExecCommand<Exec> {}

  /**
   * @param size of its terminal, {@code null} for the one it was created with
   * @param client the context the session is used on
   */
  record Start(String id, @Nullable ConsoleSize size, ContextInternal client)
      implements ExecCommand<StdioSession> {}

  record StartDetached(String id) implements ExecCommand<Void> {}

  record Resize(String id, int rows, int columns) implements ExecCommand<Void> {}
}
