package dev.wherry.verticles.container;

import dev.wherry.engine.log.LogReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A log in memory, with followers. */
final class FakeLog {
  static final Instant TIME = Instant.parse("2026-01-02T03:04:05.000000006Z");
  private final List<LogReader.LogEntry> entries = new CopyOnWriteArrayList<>();
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
  final AtomicInteger open = new AtomicInteger();

  void write(LogReader.Stream stream, String text) {
    entries.add(
        new LogReader.LogEntry(
            TIME,
            stream,
            !text.endsWith("\n"),
            ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer()));
    watchers.forEach(Runnable::run);
  }

  int watchers() {
    return watchers.size();
  }

  LogReader open() {
    open.incrementAndGet();
    return new LogReader() {
      private int next;

      @Override
      public LogEntry next() {
        return next < entries.size() ? entries.get(next++) : null;
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    };
  }

  AutoCloseable watch(Runnable changed) {
    watchers.add(changed);
    return () -> watchers.remove(changed);
  }
}
