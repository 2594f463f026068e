package dev.wherry.engine.log;

import dev.wherry.engine.log.LogReader.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the last lines of a log begin, reading backwards from its end, file by file. A line
 * written in pieces counts once; a last line that has no newline yet counts too.
 */
final class LogTail {
  private static final int BLOCK = 64 * 1024;

  private final Set<Stream> wanted;
  private final Set<Stream> seen = EnumSet.noneOf(Stream.class);
  private int missing;

  /**
   * @param lines how many lines are to be left, at least 1
   */
  LogTail(Set<Stream> wanted, int lines) {
    this.wanted = wanted;
    this.missing = lines;
  }

  /**
   * Looks through one file; files are given newest first.
   *
   * @return the offset to read from, or -1 if the line begins in an older file
   */
  long find(FileChannel channel) throws IOException {
    long end = channel.size();
    int block = BLOCK;
    while (end > 0) {
      int length = (int) Math.min(block, end);
      ByteBuffer buffer = read(channel, end - length, length);
      boolean atStart = length == end;
      int first = atStart ? 0 : firstLine(buffer);
      if (first < 0) {
        block *= 2;
        continue;
      }
      int found = scan(buffer, first);
      if (found >= 0) {
        return end - length + found;
      }
      end = end - length + first;
      block = BLOCK;
    }
    return -1;
  }

  /** Index after the first newline that is not the last byte, or -1 if no line begins here. */
  private static int firstLine(ByteBuffer buffer) {
    for (int i = 0; i < buffer.limit() - 1; i++) {
      if (buffer.get(i) == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  /** Counts lines from the buffer's end: the index where the wanted ones begin, or -1. */
  private int scan(ByteBuffer buffer, int first) {
    int end = buffer.limit();
    if (end > first && buffer.get(end - 1) == '\n') {
      end--;
    }
    while (end > first) {
      int start = end;
      while (start > first && buffer.get(start - 1) != '\n') {
        start--;
      }
      if (countsAndCompletes(buffer, start, end)) {
        return end + 1;
      }
      end = start - 1;
    }
    return -1;
  }

  /** Whether this entry already belongs to a line that is not wanted any more. */
  private boolean countsAndCompletes(ByteBuffer buffer, int start, int end) {
    @Nullable Stream stream = LogLine.stream(buffer, start, end);
    if (stream == null || !wanted.contains(stream)) {
      return false;
    }
    boolean endsLine = !LogLine.isPartial(buffer, start) || !seen.contains(stream);
    seen.add(stream);
    if (!endsLine) {
      return false;
    }
    missing--;
    return missing < 0;
  }

  private static ByteBuffer read(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        break;
      }
    }
    return buffer.flip();
  }
}
