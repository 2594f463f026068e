package dev.wherry.engine.lifecycle;

import dev.wherry.engine.launch.Supervisor;
import dev.wherry.engine.launch.Supervisor.Order;
import dev.wherry.engine.linux.LinuxException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of processes that the kernel killed for want of memory while their container lives on. */
final class OomWatch {
  private static final Logger LOG = LoggerFactory.getLogger(OomWatch.class);

  private final Supervisor supervisor;
  private final Records records;
  private final ContainerEvents events;
  private final Executor tellers;
  private final Map<String, Watched> watched = new ConcurrentHashMap<>();

  OomWatch(Supervisor supervisor, Records records, ContainerEvents events, Executor tellers) {
    this.supervisor = supervisor;
    this.records = records;
    this.events = events;
    this.tellers = tellers;
  }

  private final class Watched {
    private final String id;
    private Supervisor.Watch watch = () -> {};
    private long kills;
    private boolean told;
    private CompletableFuture<Void> telling = CompletableFuture.completedFuture(null);

    Watched(String id) {
      this.id = id;
    }

    /** From the watcher's thread, which must not wait for the journal. */
    synchronized void killed(long now) {
      if (now > kills) {
        kills = now;
        told = true;
        telling = telling.thenRunAsync(this::tell, tellers);
      }
    }

    private void tell() {
      records.index().byId(id).ifPresent(container -> events.tell(container, "oom"));
    }

    synchronized CompletableFuture<Void> telling() {
      return telling;
    }

    synchronized boolean told() {
      return told;
    }
  }

  /** A container runs from now on. */
  void begin(Order order) {
    Watched started = new Watched(order.id());
    watched.put(order.id(), started);
    try {
      started.watch = supervisor.watchOom(order, started::killed);
    } catch (LinuxException e) {
      LOG.warn("{}: kills for want of memory are told at its end only", order.id(), e);
    }
  }

  /** A container has ended. */
  void end(String id) {
    Watched ended = watched.get(id);
    if (ended != null) {
      ended.watch.close();
    }
  }

  /** Whether it has been told of one that has ended; it has when this returns. */
  boolean wasTold(String id) {
    Watched ended = watched.remove(id);
    if (ended == null || !ended.told()) {
      return false;
    }
    ended.telling().join();
    return true;
  }

  void close() {
    watched.values().forEach(one -> one.watch.close());
    watched.clear();
  }
}
