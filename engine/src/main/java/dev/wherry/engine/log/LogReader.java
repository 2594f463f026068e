package dev.wherry.engine.log;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads a container's log, across rotated files, oldest entry first. Blocking; one thread at a
 * time.
 */
public interface LogReader extends AutoCloseable {

  /**
   * The next entry, or {@code null} when the end of what has been written is reached. After {@code
   * null}, a later call returns what has been appended since, so that a follower calls again when
   * told of a change.
   */
  @Nullable LogEntry next();

  @Override
  void close();

  /** Which stream an entry was written to. */
  enum Stream {
    STDOUT,
    STDERR
  }

  /**
   * One write of the container, at most one line.
   *
   * @param partial whether the line goes on in the next entry; {@code data} ends with a newline if
   *     not
   */
  record LogEntry(Instant time, Stream stream, boolean partial, ByteBuffer data) {}

  /**
   * What to read.
   *
   * @param since entries at or after, {@code null} for the beginning
   * @param until entries at or before, {@code null} for no end
   * @param tail only the last so many lines; -1 for all
   */
  record Selection(
      boolean stdout, boolean stderr, @Nullable Instant since, @Nullable Instant until, int tail) {}
}
