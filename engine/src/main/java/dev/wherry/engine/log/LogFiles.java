package dev.wherry.engine.log;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The files of one container's log: {@code NAME} is written to, {@code NAME.1}, {@code NAME.2} ...
 * came before it in this order, {@code NAME.N.gz} if they are compressed. A number is given once
 * and stays, so a reader that has finished one knows which is next, whatever was renamed,
 * compressed or removed meanwhile.
 */
final class LogFiles {
  private static final Pattern SUFFIX = Pattern.compile("\\.(\\d{1,9})(\\.gz)?");

  private final Path current;
  private final Path directory;
  private final String name;

  LogFiles(Path current) {
    this.current = current;
    this.directory = Objects.requireNonNull(current.toAbsolutePath().getParent());
    this.name = current.getFileName().toString();
  }

  Path current() {
    return current;
  }

  Path numbered(int number) {
    return directory.resolve(name + "." + number);
  }

  Path compressed(int number) {
    return directory.resolve(name + "." + number + ".gz");
  }

  /** Files that are no longer written, by number; the plain one where both are there. */
  NavigableMap<Integer, Path> older() {
    NavigableMap<Integer, Path> found = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String file = entry.getFileName().toString();
        Matcher suffix =
            file.startsWith(name) ? SUFFIX.matcher(file.substring(name.length())) : null;
        if (suffix != null && suffix.matches()) {
          int number = Integer.parseInt(suffix.group(1));
          found.merge(number, entry, (one, other) -> isCompressed(one) ? other : one);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  static boolean isCompressed(Path file) {
    return file.getFileName().toString().endsWith(".gz");
  }

  /** The number that the file being written will get. */
  static int next(NavigableMap<Integer, Path> older) {
    return older.isEmpty() ? 1 : older.lastKey() + 1;
  }

  /** Opens all files there are, oldest first. */
  Deque<OpenLog> openAll() {
    return openAfter(0);
  }

  /** Opens the files that came after a number, oldest first. */
  Deque<OpenLog> openAfter(int number) {
    while (true) {
      Deque<OpenLog> opened = new ArrayDeque<>();
      NavigableMap<Integer, Path> older = older();
      older.tailMap(number, false).forEach((n, file) -> add(opened, open(file, n)));
      int next = next(older);
      if (next > number) {
        add(opened, open(current, next));
      }
      if (next(older()) == next) {
        return opened;
      }
      // Another file was begun meanwhile: which number the last one has is not sure.
      opened.forEach(OpenLog::close);
    }
  }

  private static void add(Deque<OpenLog> opened, @Nullable OpenLog log) {
    if (log != null) {
      opened.add(log);
    }
  }

  /** {@code null} if it is not there (any more). */
  private @Nullable OpenLog open(Path file, int number) {
    try {
      return isCompressed(file)
          ? new OpenLog(FileChannel.open(file, StandardOpenOption.READ), number, true)
          : new OpenLog(FileChannel.open(file, StandardOpenOption.READ), number, false);
    } catch (NoSuchFileException e) {
      if (file.equals(current) || isCompressed(file)) {
        return null;
      }
      return open(compressed(number), number);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Size of the file being written, -1 if there is none. */
  long size() {
    try {
      return Files.readAttributes(current, BasicFileAttributes.class).size();
    } catch (NoSuchFileException e) {
      return -1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of a log, open for reading. */
  static final class OpenLog {
    private static final int BUFFER = 64 * 1024;

    private final int number;
    private final boolean compressed;
    private FileChannel channel;
    private @Nullable ReadableByteChannel inflated;
    private boolean unpackedWhole;

    OpenLog(FileChannel channel, int number, boolean compressed) {
      this.channel = channel;
      this.number = number;
      this.compressed = compressed;
    }

    int number() {
      return number;
    }

    /** Reads on: how many bytes, or -1 at the end of what is there. */
    int read(ByteBuffer into) throws IOException {
      if (!compressed) {
        return channel.read(into);
      }
      if (inflated == null) {
        inflated = Channels.newChannel(inflate());
      }
      return inflated.read(into);
    }

    private InputStream inflate() throws IOException {
      return new GZIPInputStream(
          new FilterInputStream(Channels.newInputStream(channel)) {
            @Override
            public void close() {
              // The channel is closed by its owner.
            }
          },
          BUFFER);
    }

    /** For reading backwards: a compressed one is unpacked into a file without a name. */
    FileChannel seekable() throws IOException {
      if (!compressed || unpackedWhole) {
        return channel;
      }
      Path file = Files.createTempFile("wherry-log", "");
      FileChannel unpacked =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      try {
        inflate().transferTo(Channels.newOutputStream(unpacked));
      } catch (IOException e) {
        unpacked.close();
        throw e;
      }
      channel.close();
      channel = unpacked;
      inflated = unpacked;
      unpackedWhole = true;
      return unpacked;
    }

    void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
