package dev.wherry.engine.snapshot;

import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Paths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes trees in the background: nobody who removes a container or an image waits for ten
 * thousand files to go. What it did not come to is deleted at the next start.
 */
final class Reaper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);
  private static final long IDLE_SECONDS = 5;

  private final Path staging;
  private final Paths paths;
  private final ExecutorService thread;

  Reaper(Path staging, Paths paths) {
    this.staging = staging;
    this.paths = paths;
    ThreadPoolExecutor one =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("layer-reaper").factory());
    one.allowCoreThreadTimeOut(true);
    this.thread = one;
  }

  /** Takes a tree out of its place at once and deletes it later. */
  void delete(Path tree) throws IOException {
    Path doomed = staging.resolve("removed-" + LayerTable.randomName());
    Files.move(tree, doomed);
    thread.execute(() -> remove(doomed));
  }

  private void remove(Path doomed) {
    try {
      paths.removeTree(doomed);
    } catch (LinuxException e) {
      LOG.warn("{} is left for the next start: {}", doomed, e.getMessage());
    }
  }

  /** Waits until all is deleted. */
  @Override
  public void close() {
    thread.close();
  }
}
