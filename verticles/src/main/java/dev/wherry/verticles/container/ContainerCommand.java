package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerUpdate;
import dev.wherry.engine.lifecycle.ContainerLifecycle;
import dev.wherry.engine.lifecycle.NewContainer;
import dev.wherry.engine.network.Attachment;
import dev.wherry.verticles.bus.Command;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@link ContainerVerticle} is asked; {@code ref} is a name, id or unique id prefix. */
sealed interface ContainerCommand<R> extends Command<R> {

  record Create(NewContainer request) implements ContainerCommand<Container> {}

  record Start(String ref) implements ContainerCommand<Void> {}

  record Stop(String ref, StopOrder order) implements ContainerCommand<Void> {}

  record Restart(String ref, StopOrder order) implements ContainerCommand<Void> {}

  record Kill(String ref, String signal) implements ContainerCommand<Void> {}

  record Pause(String ref) implements ContainerCommand<Void> {}

  record Unpause(String ref) implements ContainerCommand<Void> {}

  record Rename(String ref, String newName) implements ContainerCommand<Void> {}

  record Unlink(String ref, String alias) implements ContainerCommand<Void> {}

  record Connect(String ref, String network, Attachment.Request request)
      implements ContainerCommand<Void> {}

  record Disconnect(String ref, String network, boolean force) implements ContainerCommand<Void> {}

  record Update(String ref, ContainerUpdate change) implements ContainerCommand<Void> {}

  record Remove(String ref, boolean force, boolean volumes) implements ContainerCommand<Void> {}

  record WaitFor(String ref, WaitCondition condition)
      implements ContainerCommand<Containers.Waiter> {}

  /**
   * @param client the context the session is used on
   */
  record Attach(String ref, AttachRequest request, ContextInternal client)
      implements ContainerCommand<StdioSession> {}

  record Resize(String ref, int rows, int columns) implements ContainerCommand<Void> {}

  /**
   * @param client the context the stream is read on
   */
  record Logs(String ref, LogRequest request, ContextInternal client)
      implements ContainerCommand<Containers.LogStream> {}

  record Top(String ref, List<String> psArgs)
      implements ContainerCommand<ContainerLifecycle.ProcessTable> {}

  /**
   * @param client the context the stream is read on
   */
  record Usages(String ref, ContextInternal client)
      implements ContainerCommand<Containers.UsageStream> {}

  record Usage(String ref, boolean compared) implements ContainerCommand<UsageReading> {}

  record DiskUsage(List<String> ids)
      implements ContainerCommand<Map<String, ContainerLifecycle.DiskUsage>> {}

  record Prune(List<String> ids) implements ContainerCommand<Map<String, Long>> {}

  /**
   * How to stop.
   *
   * @param signal {@code null} for the container's own
   * @param timeoutSeconds {@code null} for the container's own, negative to wait for ever
   */
  record StopOrder(@Nullable String signal, @Nullable Integer timeoutSeconds) {}
}
