package dev.wherry.engine.event;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal in append-only files, oldest dropped first, with the latest events appended to it in
 * memory as well.
 *
 * <p>Times never run backwards in it: when the clock does, an event gets the time of the one before
 * it, so that order by time and by sequence are the same.
 */
public final class FileJournal implements Journal, AutoCloseable {

  /**
   * How much is kept.
   *
   * @param segmentBytes size at which the next file is begun
   * @param segments files kept, the one being written included
   * @param inMemory events kept in memory
   */
  public record Limits(long segmentBytes, int segments, int inMemory) {
    /** Some 100,000 events on disk, the last 500 of them in memory. */
    public static final Limits DEFAULT = new Limits(4L << 20, 8, 500);
  }

  private static final Logger LOG = LoggerFactory.getLogger(FileJournal.class);

  private final SegmentFiles files;
  private final Clock clock;
  private final int inMemory;
  private boolean isFailing;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<EngineEvent> tail = new ArrayDeque<>();
  private final List<Consumer<EngineEvent>> listeners = new CopyOnWriteArrayList<>();
  private volatile long lastSequence;
  private long lastTimeNano;

  /**
   * Opens the journal in its own directory and continues its numbering.
   *
   * @throws EngineException.Internal if the directory can't be read or written
   */
  public FileJournal(Path directory, Limits limits, Clock clock) {
    this.clock = clock;
    this.inMemory = limits.inMemory();
    try {
      this.files = new SegmentFiles(directory, limits.segmentBytes(), limits.segments());
      // What is there stays on disk until somebody looks back: a start does not wait for it.
      files
          .last()
          .ifPresent(
              event -> {
                lastSequence = event.sequence();
                lastTimeNano = event.timeNano();
              });
    } catch (IOException e) {
      throw new EngineException.Internal("events journal " + directory + ": " + e.getMessage(), e);
    }
  }

  @Override
  public EngineEvent append(
      EngineEvent.Type type, String action, String actorId, Map<String, String> attributes) {
    lock.lock();
    try {
      EngineEvent event =
          new EngineEvent(
              lastSequence + 1,
              type,
              action,
              actorId,
              Map.copyOf(attributes),
              Math.max(lastTimeNano, nano(clock.instant())));
      write(event);
      remember(event);
      for (Consumer<EngineEvent> listener : listeners) {
        listener.accept(event);
      }
      return event;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What the event tells of has been done: that it can't be written down, as on a full disk, is no
   * failure of that, and whoever listens hears of it all the same.
   */
  private void write(EngineEvent event) {
    try {
      files.append(event);
      isFailing = false;
    } catch (IOException e) {
      if (!isFailing) {
        LOG.error("events are not written down from {} on: {}", event, e.getMessage());
      }
      isFailing = true;
    }
  }

  @Override
  public List<EngineEvent> page(long afterSequence, long sinceNano, int limit) {
    List<EngineEvent> inMemory;
    List<Path> onDisk = List.of();
    long stop;
    lock.lock();
    try {
      inMemory = List.copyOf(tail);
      stop = inMemory.isEmpty() ? lastSequence + 1 : inMemory.getFirst().sequence();
      if (!isInMemory(afterSequence, sinceNano)) {
        onDisk = files.from(afterSequence + 1);
      }
    } finally {
      lock.unlock();
    }
    // The files are read without the lock, so that a long look back holds up no event; what is
    // in memory too is taken from there, because the end of the newest file may be half a line.
    List<EngineEvent> found = new ArrayList<>();
    Predicate<EngineEvent> take =
        event -> {
          if (event.sequence() > afterSequence && event.timeNano() >= sinceNano) {
            found.add(event);
          }
          return found.size() < limit;
        };
    try {
      SegmentFiles.read(
          onDisk,
          event -> event.sequence() < stop && take.test(event) && event.sequence() + 1 < stop);
    } catch (IOException e) {
      throw new EngineException.Internal("events journal: " + e.getMessage(), e);
    }
    Iterator<EngineEvent> rest = inMemory.iterator();
    while (found.size() < limit && rest.hasNext()) {
      take.test(rest.next());
    }
    return List.copyOf(found);
  }

  /** Whether no event wanted is on disk only. */
  private boolean isInMemory(long afterSequence, long sinceNano) {
    EngineEvent oldest = tail.peekFirst();
    return oldest == null
        ? lastSequence <= afterSequence || lastTimeNano < sinceNano
        : oldest.sequence() <= afterSequence + 1 || oldest.timeNano() < sinceNano;
  }

  @Override
  public long lastSequence() {
    return lastSequence;
  }

  @Override
  public AutoCloseable listen(Consumer<EngineEvent> listener) {
    Consumer<EngineEvent> registered = guarded(listener);
    listeners.add(registered);
    return () -> listeners.remove(registered);
  }

  /** A listener whose failure is its own: neither the others nor the event's cause suffer. */
  private static Consumer<EngineEvent> guarded(Consumer<EngineEvent> listener) {
    return event -> {
      try {
        listener.accept(event);
      } catch (RuntimeException e) {
        LOG.error("a listener failed on event {}", event, e);
      }
    };
  }

  /** Closes the file; nothing may be appended any more. */
  @Override
  public void close() {
    lock.lock();
    try {
      files.close();
    } catch (IOException e) {
      throw new EngineException.Internal("events journal: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  private void remember(EngineEvent event) {
    lastSequence = event.sequence();
    lastTimeNano = event.timeNano();
    tail.addLast(event);
    if (tail.size() > inMemory) {
      tail.removeFirst();
    }
  }

  private static long nano(Instant time) {
    return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
  }
}
