package dev.wherry.engine.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells followers of logs that something was appended, without polling (inotify(7)). One thread
 * serves all; several writes may be told as one.
 */
public final class LogChanges implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogChanges.class);

  private final WatchService service;
  private final Map<Path, Watched> byDirectory = new HashMap<>();

  public LogChanges() {
    try {
      service = Path.of("/").getFileSystem().newWatchService();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().name("log-changes").start(this::run);
  }

  /**
   * Calls back after each change to a log. A change made before this returns may not be told: read
   * once more after it.
   *
   * @param log the file being written; its directory must exist
   * @param changed called from this object's thread; must not block
   * @return close it to hear no more
   */
  public AutoCloseable watch(Path log, Runnable changed) {
    Path directory = log.toAbsolutePath().getParent();
    if (directory == null) {
      throw new IllegalArgumentException("not a file: " + log);
    }
    synchronized (byDirectory) {
      Watched watched = byDirectory.computeIfAbsent(directory, this::register);
      watched.listeners.add(changed);
    }
    return () -> forget(directory, changed);
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Watched register(Path directory) {
    try {
      WatchKey key =
          directory.register(
              service, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_CREATE);
      return new Watched(key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void forget(Path directory, Runnable changed) {
    synchronized (byDirectory) {
      Watched watched = byDirectory.get(directory);
      if (watched != null && watched.listeners.remove(changed) && watched.listeners.isEmpty()) {
        watched.key.cancel();
        byDirectory.remove(directory);
      }
    }
  }

  private void run() {
    try {
      while (true) {
        WatchKey key = service.take();
        key.pollEvents();
        // Before telling, so that what is written meanwhile is told again.
        key.reset();
        listeners(key).forEach(LogChanges::tell);
      }
    } catch (ClosedWatchServiceException e) {
      LOG.debug("log watcher closed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Runnable> listeners(WatchKey key) {
    synchronized (byDirectory) {
      Watched watched = byDirectory.get((Path) key.watchable());
      return watched == null ? List.of() : List.copyOf(watched.listeners);
    }
  }

  private static void tell(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException e) {
      LOG.error("a follower of a log failed", e);
    }
  }

  private static final class Watched {
    private final WatchKey key;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    Watched(WatchKey key) {
      this.key = key;
    }
  }
}
