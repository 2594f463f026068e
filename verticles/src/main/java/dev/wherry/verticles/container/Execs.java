package dev.wherry.verticles.container;

import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig.ConsoleSize;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be asked of execs; the same rules as {@link Containers}. */
public interface Execs {

  Future<Exec> create(String containerRef, ExecSpec spec);

  /** From the snapshot, at once. */
  Exec get(String id);

  /** The same for one that is to be started: it is refused if its container does not run. */
  Exec startable(String id);

  /** Ids of a container's execs that run or wait to be started. */
  List<String> ofContainer(String containerId);

  /**
   * Starts it with its streams connected before its process runs.
   *
   * @param size of its terminal, {@code null} for the one it was created with
   */
  Future<StdioSession> start(String id, @Nullable ConsoleSize size);

  /** Starts it without streams; completes once it runs. */
  Future<Void> startDetached(String id);

  Future<Void> resize(String id, int rows, int columns);
}
