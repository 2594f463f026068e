package dev.wherry.engine.forward;

import dev.wherry.engine.log.LogReader.LogEntry;
import dev.wherry.engine.log.LogReader.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes lines of log entries again: what a container writes in several pieces is one message. Lines
 * longer than 16 KiB come in parts, as with dockerd.
 */
final class LogLines {
  private static final int LONGEST = 16 << 10;

  private final Map<Stream, ByteArrayOutputStream> begun = new EnumMap<>(Stream.class);

  /** The streams of whose last line only a part was told. */
  private final Set<Stream> parted = EnumSet.noneOf(Stream.class);

  /**
   * A line, without its newline.
   *
   * @param partial whether it goes on in the next
   */
  record Line(Instant time, Stream stream, ByteBuffer text, boolean partial) {}

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
        lines.add(taken(line, entry.stream(), entry.time(), true));
        parted.add(entry.stream());
      }
    }
    if (!entry.partial()) {
      if (!parted.remove(entry.stream()) || line.size() > 0) {
        lines.add(taken(line, entry.stream(), entry.time(), false));
      }
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
    begun.forEach(
        (stream, line) -> {
          if (line.size() > 0) {
            lines.add(taken(line, stream, time, false));
          }
        });
    return lines;
  }

  private static Line taken(
      ByteArrayOutputStream line, Stream stream, Instant time, boolean partial) {
    Line taken = new Line(time, stream, ByteBuffer.wrap(line.toByteArray()), partial);
    line.reset();
    return taken;
  }
}
