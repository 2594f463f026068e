package dev.wherry.engine.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.wherry.engine.store.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal's files: one JSON object a line, each file named for the sequence number it begins
 * with. Only the newest is written. A line that a crash tore is cut off when the file is opened
 * again; one that can't be read is left out with a warning. Not thread-safe.
 */
final class SegmentFiles {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentFiles.class);
  private static final String PREFIX = "events-";
  private static final String SUFFIX = ".jsonl";

  /** Far more than an event has. */
  private static final int LONGEST_LINE = 1 << 14;

  private final Path directory;
  private final long segmentBytes;
  private final int segments;
  private final List<Path> files = new ArrayList<>();
  private @Nullable FileChannel current;
  private long currentBytes;

  SegmentFiles(Path directory, long segmentBytes, int segments) throws IOException {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    this.segments = segments;
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, PREFIX + "*" + SUFFIX)) {
      found.forEach(files::add);
    }
    Collections.sort(files);
    if (!files.isEmpty()) {
      open(files.getLast());
    }
  }

  void append(EngineEvent event) throws IOException {
    byte[] json = Json.mapper().writeValueAsBytes(event);
    FileChannel channel = current;
    boolean full = currentBytes > 0 && currentBytes + json.length + 1 > segmentBytes;
    if (channel == null || full) {
      channel = begin(event.sequence());
    }
    ByteBuffer line = ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
    // What is cut short by a failure is written over by the next.
    long at = currentBytes;
    while (line.hasRemaining()) {
      at += channel.write(line, at);
    }
    currentBytes = at;
  }

  /** The files that hold the event of this sequence number and those after it, oldest first. */
  List<Path> from(long sequence) {
    Path wanted = directory.resolve(name(sequence));
    int first = 0;
    while (first + 1 < files.size() && files.get(first + 1).compareTo(wanted) <= 0) {
      first++;
    }
    return List.copyOf(files.subList(first, files.size()));
  }

  /**
   * Hands over the events that can be read, oldest first, until {@code reader} says false. Needs no
   * lock: a file dropped meanwhile is passed over.
   */
  static void read(List<Path> files, Predicate<EngineEvent> reader) throws IOException {
    for (Path file : files) {
      try (BufferedReader lines = Files.newBufferedReader(file, UTF_8)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          EngineEvent event = parse(file, line);
          if (event != null && !reader.test(event)) {
            return;
          }
        }
      } catch (NoSuchFileException e) {
        LOG.debug("{} was dropped while it was to be read", file, e);
      }
    }
  }

  /** The last event that can be read; empty if there is none. */
  Optional<EngineEvent> last() throws IOException {
    for (Path file : files.reversed()) {
      EngineEvent event = parse(file, lastLine(file));
      if (event == null) {
        event = lastReadable(file);
      }
      if (event != null) {
        return Optional.of(event);
      }
    }
    return Optional.empty();
  }

  /** What follows the last newline but one, within a bound; empty if that does not reach. */
  private static String lastLine(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, READ)) {
      long begin = Math.max(0, channel.size() - LONGEST_LINE);
      ByteBuffer end = ByteBuffer.allocate((int) (channel.size() - begin));
      while (end.hasRemaining() && channel.read(end, begin + end.position()) > 0) {
        // Goes on until all of it is read.
      }
      String text = new String(end.array(), 0, end.position(), UTF_8).stripTrailing();
      return text.substring(text.lastIndexOf('\n') + 1);
    }
  }

  private static @Nullable EngineEvent lastReadable(Path file) throws IOException {
    EngineEvent[] last = new EngineEvent[1];
    read(
        List.of(file),
        event -> {
          last[0] = event;
          return true;
        });
    return last[0];
  }

  private static @Nullable EngineEvent parse(Path file, String line) {
    try {
      return Json.mapper().readValue(line, EngineEvent.class);
    } catch (IOException e) {
      LOG.warn("{}: a line that can't be read is left out: {}", file, e.getMessage());
      return null;
    }
  }

  void close() throws IOException {
    FileChannel channel = current;
    current = null;
    if (channel != null) {
      channel.close();
    }
  }

  private static String name(long sequence) {
    return PREFIX + "%019d".formatted(sequence) + SUFFIX;
  }

  private FileChannel begin(long sequence) throws IOException {
    close();
    Path file = directory.resolve(name(sequence));
    FileChannel channel = open(file);
    files.add(file);
    while (files.size() > segments) {
      Files.deleteIfExists(files.removeFirst());
    }
    return channel;
  }

  private FileChannel open(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(CREATE, READ, WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    current = channel;
    currentBytes = endOfLastLine(channel);
    channel.truncate(currentBytes);
    return channel;
  }

  private static long endOfLastLine(FileChannel channel) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    long end = channel.size();
    while (end > 0) {
      channel.read(one.clear(), end - 1);
      if (one.get(0) == '\n') {
        return end;
      }
      end--;
    }
    return 0;
  }
}
