package dev.wherry.engine.log;

import dev.wherry.engine.log.LogFiles.OpenLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files that conmon's {@code k8s-file} driver writes and the engine rotates. Entries are
 * views of the blocks read, which are never written again.
 */
public final class K8sFileLogReader implements LogReader {
  private static final int BLOCK = 64 * 1024;

  private final LogFiles files;
  private final Set<Stream> wanted;
  private final @Nullable Instant since;
  private final @Nullable Instant until;
  private final Deque<OpenLog> pending;
  private @Nullable OpenLog current;
  private ByteBuffer block = ByteBuffer.allocate(0);
  private boolean finished;

  /**
   * Opens a log, at the place where the selection begins; a log that was never written is empty.
   *
   * @param log the file being written; rotated ones lie beside it
   */
  public K8sFileLogReader(Path log, Selection selection) {
    this.files = new LogFiles(log);
    this.wanted = EnumSet.noneOf(Stream.class);
    if (selection.stdout()) {
      wanted.add(Stream.STDOUT);
    }
    if (selection.stderr()) {
      wanted.add(Stream.STDERR);
    }
    this.since = selection.since();
    this.until = selection.until();
    this.pending = files.openAll();
    if (selection.tail() >= 0) {
      seekTail(selection.tail());
    }
    this.current = pending.pollFirst();
  }

  @Override
  public @Nullable LogEntry next() {
    while (!finished) {
      LogEntry entry = nextOfAny();
      if (entry == null) {
        return null;
      }
      if (until != null && entry.time().isAfter(until)) {
        finished = true;
        return null;
      }
      boolean early = since != null && entry.time().isBefore(since);
      if (!early && wanted.contains(entry.stream())) {
        return entry;
      }
    }
    return null;
  }

  @Override
  public void close() {
    finished = true;
    if (current != null) {
      current.close();
      current = null;
    }
    pending.forEach(OpenLog::close);
    pending.clear();
  }

  private @Nullable LogEntry nextOfAny() {
    while (true) {
      int end = newline();
      if (end >= 0) {
        int start = block.position();
        block.position(end + 1);
        LogEntry entry = LogLine.parse(block, start, end);
        if (entry != null) {
          return entry;
        }
      } else if (!fill() && !advance()) {
        return null;
      }
    }
  }

  private int newline() {
    for (int i = block.position(); i < block.limit(); i++) {
      if (block.get(i) == '\n') {
        return i;
      }
    }
    return -1;
  }

  /** Reads on in the current file, keeping what is left of the block: whether there was more. */
  private boolean fill() {
    OpenLog log = current;
    if (log == null) {
      return false;
    }
    int left = block.remaining();
    ByteBuffer next = ByteBuffer.allocate(Math.max(BLOCK, left * 2));
    next.put(block.duplicate());
    try {
      int read = log.read(next);
      if (read <= 0) {
        return false;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    block = next.flip();
    return true;
  }

  /** Goes on to the next newer file, if the current one is not the newest: whether it did. */
  private boolean advance() {
    OpenLog done = current;
    if (done == null) {
      pending.addAll(files.openAll());
    } else if (pending.isEmpty()) {
      pending.addAll(files.openAfter(done.number()));
      // The writer may have added to the old file until it opened the new one.
      if (!pending.isEmpty() && fill()) {
        return true;
      }
    }
    OpenLog next = pending.pollFirst();
    if (next == null) {
      return false;
    }
    if (done != null) {
      done.close();
    }
    block = ByteBuffer.allocate(0);
    current = next;
    return true;
  }

  /** Leaves only the files and the place in the first of them that the last lines need. */
  private void seekTail(int lines) {
    try {
      if (lines == 0) {
        seekEnd();
        return;
      }
      LogTail tail = new LogTail(wanted, lines);
      Deque<OpenLog> kept = new ArrayDeque<>();
      Iterator<OpenLog> newestFirst = pending.descendingIterator();
      while (newestFirst.hasNext()) {
        OpenLog log = newestFirst.next();
        kept.addFirst(log);
        FileChannel channel = log.seekable();
        long offset = tail.find(channel);
        channel.position(Math.max(0, offset));
        if (offset >= 0) {
          break;
        }
      }
      while (newestFirst.hasNext()) {
        newestFirst.next().close();
      }
      pending.clear();
      pending.addAll(kept);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void seekEnd() throws IOException {
    while (pending.size() > 1) {
      pending.removeFirst().close();
    }
    OpenLog newest = pending.peekFirst();
    if (newest != null) {
      FileChannel channel = newest.seekable();
      channel.position(channel.size());
    }
  }
}
