package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.lifecycle.ContainerLifecycle;
import dev.wherry.engine.log.K8sFileLogReader;
import dev.wherry.engine.log.LogChanges;
import dev.wherry.engine.log.LogReader;
import java.nio.file.Path;

/** The logs that conmon writes, in the files the engine says. */
final class FileLogs implements ContainerLogs {
  private final ContainerLifecycle lifecycle;
  private final LogChanges changes;

  public FileLogs(ContainerLifecycle lifecycle, LogChanges changes) {
    this.lifecycle = lifecycle;
    this.changes = changes;
  }

  @Override
  public LogReader open(Container container, LogReader.Selection selection) {
    return new K8sFileLogReader(path(container), selection);
  }

  @Override
  public AutoCloseable watch(Container container, Runnable changed) {
    return changes.watch(path(container), changed);
  }

  /** One that was never started has no log yet; a file that is not there reads as empty. */
  private Path path(Container container) {
    return lifecycle.log(container).file();
  }
}
