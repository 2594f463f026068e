package dev.wherry.verticles.container;

import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.verticles.bus.Command;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.internal.ContextInternal;

/** What {@link ContainerVerticle} is asked about execs. */
sealed interface ExecCommand<R> extends Command<R> {

  record Create(String containerRef, ExecSpec spec) implements ExecCommand<Exec> {}

  /**
   * @param client the context the session is used on
   */
  record Start(String id, ContextInternal client) implements ExecCommand<StdioSession> {}

  record StartDetached(String id) implements ExecCommand<Void> {}

  record Resize(String id, int rows, int columns) implements ExecCommand<Void> {}
}
