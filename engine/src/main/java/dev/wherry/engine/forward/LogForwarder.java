package dev.wherry.engine.forward;

import dev.wherry.engine.log.K8sFileLogReader;
import dev.wherry.engine.log.LogChanges;
import dev.wherry.engine.log.LogReader;
import dev.wherry.engine.log.LogReader.LogEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one container's log and sends each line, on a thread of its own: a server that takes
 * nothing holds up nobody else. What cannot be sent is tried again; it is in the log meanwhile.
 */
final class LogForwarder {
  private static final Logger LOG = LoggerFactory.getLogger(LogForwarder.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LAST_PATIENCE = Duration.ofSeconds(1);

  /** How many entries are sent before it is noted that they were. */
  private static final int NOTED_AFTER = 1000;

  private static final int STACK = 256 << 10;

  private final String id;
  private final Path log;
  private final Path sent;
  private final LogChanges changes;
  private final LogRoute route;
  private final LogLines lines = new LogLines();
  private final Semaphore news = new Semaphore(1);
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean finishing;
  private volatile boolean failing;
  private volatile @Nullable LogConnection connection;

  /** As far as entries were read. */
  private SentPosition read = SentPosition.START;

  /** As far as they were sent: behind while a line has no end yet. */
  private SentPosition position = SentPosition.START;

  private int unnoted;

  /**
   * @param sent where it is noted how far the log has been sent
   * @param connection one that is open, {@code null} to connect when there is something to send
   */
  LogForwarder(
      String id,
      Path log,
      Path sent,
      LogChanges changes,
      LogRoute route,
      @Nullable LogConnection connection) {
    this.id = id;
    this.log = log;
    this.sent = sent;
    this.changes = changes;
    this.route = route;
    this.connection = connection;
    this.thread = new Thread(null, this::run, "log-" + id.substring(0, 12), STACK);
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** What is in the log now is all; the rest of it is sent yet. */
  void finish() {
    finishing = true;
    news.release();
  }

  /**
   * Ends it.
   *
   * @param patience how long it may go on sending what there is, if the server takes it
   */
  void close(Duration patience) {
    try {
      finish();
      if (!failing && thread.join(patience)) {
        return;
      }
      stop.countDown();
      news.release();
      closeConnection();
      // It may be connecting, which it cannot be called back from.
      if (!thread.join(LAST_PATIENCE)) {
        LOG.debug("{}: left alone while it connects to {}", id, route.destination());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends it at once; what has not been sent is sent when it is begun again. */
  void stop() {
    stop.countDown();
    close(Duration.ZERO);
  }

  private boolean stopped() {
    return stop.getCount() == 0;
  }

  private void run() {
    try (AutoCloseable watch = changes.watch(log, news::release)) {
      LOG.debug("{}: log is watched: {}", id, watch);
      position = SentPosition.read(sent);
      read = position;
      Instant since = position.time();
      try (LogReader reader =
          new K8sFileLogReader(log, new LogReader.Selection(true, true, since, null, -1))) {
        skip(reader);
        follow(reader);
      }
    } catch (Exception e) {
      LOG.error("{}: its output is not sent to {} any more", id, route.destination(), e);
    } finally {
      closeConnection();
    }
  }

  /** Passes over what was sent by an earlier one. */
  private void skip(LogReader reader) throws IOException, InterruptedException {
    Instant last = position.time();
    int left = position.entries();
    while (left > 0) {
      LogEntry entry = reader.next();
      if (entry == null) {
        return;
      }
      if (!entry.time().equals(last)) {
        send(entry);
        return;
      }
      left--;
    }
  }

  private void follow(LogReader reader) throws IOException, InterruptedException {
    while (!stopped()) {
      // Before reading: what is written after it is told again.
      news.drainPermits();
      boolean last = finishing;
      for (LogEntry entry = reader.next(); entry != null && !stopped(); entry = reader.next()) {
        send(entry);
      }
      if (last) {
        for (LogLines.Line line : lines.end(read.time())) {
          send(line);
        }
        if (!stopped()) {
          position = read;
        }
      }
      note();
      if (last) {
        return;
      }
      news.acquire();
    }
  }

  private void note() throws IOException {
    if (unnoted > 0) {
      unnoted = 0;
      position.write(sent);
    }
  }

  private void send(LogEntry entry) throws IOException, InterruptedException {
    for (LogLines.Line line : lines.add(entry)) {
      send(line);
    }
    if (!stopped()) {
      read = read.after(entry.time());
      if (!lines.isBegun()) {
        position = read;
      }
      if (++unnoted >= NOTED_AFTER) {
        note();
      }
    }
  }

  private void send(LogLines.Line line) throws InterruptedException {
    Optional<byte[]> message = route.message(line);
    if (message.isPresent()) {
      send(message.get());
    }
  }

  private void send(byte[] message) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    while (!stopped()) {
      try {
        connected().send(message);
        failing = false;
        return;
      } catch (IOException e) {
        closeConnection();
        if (!failing) {
          LOG.warn(
              "{}: cannot send to {}, tried again: {}", id, route.destination(), e.getMessage());
        }
        failing = true;
        if (stop.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        pause = longer(pause);
      }
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }

  private LogConnection connected() throws IOException {
    LogConnection open = connection;
    if (open == null) {
      open = route.connect();
      connection = open;
    }
    return open;
  }

  private void closeConnection() {
    LogConnection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.debug("{}: closing a connection to {}", id, route.destination(), e);
      }
    }
  }
}
