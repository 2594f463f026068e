package dev.wherry.engine.launch;

import dev.wherry.engine.linux.Epoll;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that waits for any number of pipes and process handles, so that no thread has to wait
 * for any one of them.
 */
public final class FdWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FdWatcher.class);
  private static final long STOP = 0;

  /** Told when a descriptor is readable or hung up, from the watcher's thread; must not block. */
  interface Listener {
    /** Whether to go on watching; the descriptor is closed if not. */
    boolean ready(Fd fd);
  }

  private record Watched(Fd fd, Listener listener) {}

  private final Epoll epoll = Epoll.create();
  private final Fd stop;
  private final Map<Long, Watched> watched = new ConcurrentHashMap<>();
  private final AtomicLong lastToken = new AtomicLong(STOP);
  private final Thread thread;

  public FdWatcher(Processes processes) {
    stop = processes.eventfd(true);
    epoll.add(stop, Processes.POLLIN, STOP);
    thread = Thread.ofPlatform().daemon().name("fd-watcher").start(this::run);
  }

  /**
   * Takes a descriptor over: it is closed when its listener has had enough, or by {@link #forget}.
   *
   * @return a token to forget it by
   */
  long watch(Fd fd, Listener listener) {
    return watch(fd, Processes.POLLIN, listener);
  }

  /** As {@link #watch(Fd, Listener)} for events of another kind, a mask of poll(2). */
  long watch(Fd fd, int mask, Listener listener) {
    long token = lastToken.incrementAndGet();
    watched.put(token, new Watched(fd, listener));
    epoll.add(fd, mask, token);
    return token;
  }

  /**
   * Takes a descriptor over and tells one event of it, then one more after each {@link #again}.
   *
   * @param mask of poll(2)
   * @param told from the watcher's thread; must not block
   * @return a token to forget it by
   */
  long watchOnce(Fd fd, int mask, Runnable told) {
    long token = lastToken.incrementAndGet();
    watched.put(
        token,
        new Watched(
            fd,
            ready -> {
              told.run();
              return true;
            }));
    epoll.addOnce(fd, mask, token);
    return token;
  }

  /** Tells one more event; for a descriptor that was not forgotten. */
  void again(Fd fd, int mask, long token) {
    epoll.again(fd, mask, token);
  }

  /** Closes a descriptor without telling its listener; nothing happens if it is closed already. */
  void forget(long token) {
    Watched entry = watched.remove(token);
    if (entry != null) {
      drop(entry);
    }
  }

  @Override
  public void close() {
    stop.write(new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 0, Long.BYTES);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    long[] tokens = new long[64];
    while (true) {
      int count = epoll.await(tokens);
      for (int i = 0; i < count; i++) {
        if (tokens[i] == STOP) {
          watched.values().forEach(entry -> entry.fd().close());
          watched.clear();
          stop.close();
          epoll.close();
          return;
        }
        tell(tokens[i]);
      }
    }
  }

  private void tell(long token) {
    Watched entry = watched.get(token);
    if (entry == null) {
      return;
    }
    boolean more = false;
    try {
      more = entry.listener().ready(entry.fd());
    } catch (RuntimeException e) {
      LOG.error("a listener failed", e);
    }
    if (!more && watched.remove(token, entry)) {
      drop(entry);
    }
  }

  private void drop(Watched entry) {
    try {
      epoll.remove(entry.fd());
    } catch (LinuxException e) {
      LOG.debug("not watched any more", e);
    }
    entry.fd().close();
  }
}
