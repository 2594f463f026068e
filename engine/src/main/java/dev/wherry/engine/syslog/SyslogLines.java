package dev.wherry.engine.syslog;

import dev.wherry.engine.log.LogReader.LogEntry;
import dev.wherry.engine.log.LogReader.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Makes lines of log entries again: what a container writes in several pieces is one message. Lines
 * longer than 16 KiB come in parts and empty ones not at all, as with dockerd.
 */
final class SyslogLines {
  private static final int LONGEST = 16 << 10;

  private final Map<Stream, ByteArrayOutputStream> begun = new EnumMap<>(Stream.class);

  /** A line, without its newline. */
  record Line(Instant time, Stream stream, ByteBuffer text) {}

  /** The lines that an entry completes. */
  List<Line> add(LogEntry entry) {
    byte[] data = new byte[entry.data().remaining()];
    entry.data().duplicate().get(data);
    int length = entry.partial() ? data.length : data.length - 1;
    ByteArrayOutputStream line =
        begun.computeIfAbsent(entry.stream(), stream -> new ByteArrayOutputStream());
    List<Line> lines = new ArrayList<>();
    int offset = 0;
    while (offset < length) {
      int part = Math.min(length - offset, LONGEST - line.size());
      line.write(data, offset, part);
      offset += part;
      if (line.size() == LONGEST) {
        take(line, entry.stream(), entry.time(), lines);
      }
    }
    if (!entry.partial()) {
      take(line, entry.stream(), entry.time(), lines);
    }
    return lines;
  }

  /** Whether a line has begun and not ended. */
  boolean isBegun() {
    return begun.values().stream().anyMatch(line -> line.size() > 0);
  }

  /** The lines that have no end, as there is no more. */
  List<Line> end(Instant time) {
    List<Line> lines = new ArrayList<>();
    begun.forEach((stream, line) -> take(line, stream, time, lines));
    return lines;
  }

  private static void take(
      ByteArrayOutputStream line, Stream stream, Instant time, List<Line> into) {
    if (line.size() > 0) {
      into.add(new Line(time, stream, ByteBuffer.wrap(line.toByteArray())));
      line.reset();
    }
  }
}
