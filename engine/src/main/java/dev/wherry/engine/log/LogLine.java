package dev.wherry.engine.log;

import dev.wherry.engine.log.LogReader.LogEntry;
import dev.wherry.engine.log.LogReader.Stream;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * One line of conmon's {@code k8s-file} format: {@code TIME stdout|stderr F|P DATA}, with the time
 * as RFC 3339 with nanoseconds. {@code P} marks data that had no newline of its own.
 */
final class LogLine {
  private static final int TIME_LENGTH = "2026-11-24T07:22:54.965843270+00:00".length();
  private static final int STREAM_LENGTH = "stdout".length();

  /** Where the data begins: two spaces, the flag and a space after time and stream. */
  static final int HEADER = TIME_LENGTH + 1 + STREAM_LENGTH + 3;

  private LogLine() {}

  /**
   * Reads the line that lies between two indexes of a buffer.
   *
   * @param end index of the line's newline
   * @return {@code null} for what is not an entry, as the torn end of a file after a power cut
   */
  static @Nullable LogEntry parse(ByteBuffer buffer, int start, int end) {
    Stream stream = stream(buffer, start, end);
    if (stream == null) {
      return null;
    }
    Instant time = time(buffer, start);
    if (time == null) {
      return null;
    }
    boolean partial = isPartial(buffer, start);
    int from = start + HEADER;
    int to = partial ? end : end + 1;
    return new LogEntry(time, stream, partial, buffer.slice(from, to - from).asReadOnlyBuffer());
  }

  /** The stream, or {@code null} for what is not an entry. */
  static @Nullable Stream stream(ByteBuffer buffer, int start, int end) {
    if (end - start < HEADER
        || buffer.get(start + TIME_LENGTH) != ' '
        || buffer.get(start + HEADER - 3) != ' '
        || buffer.get(start + HEADER - 1) != ' ') {
      return null;
    }
    byte flag = buffer.get(start + HEADER - 2);
    if (flag != 'F' && flag != 'P') {
      return null;
    }
    return switch (buffer.get(start + TIME_LENGTH + 4)) {
      case 'o' -> Stream.STDOUT;
      case 'e' -> Stream.STDERR;
      default -> null;
    };
  }

  static boolean isPartial(ByteBuffer buffer, int start) {
    return buffer.get(start + HEADER - 2) == 'P';
  }

  private static @Nullable Instant time(ByteBuffer b, int at) {
    if (b.get(at + 29) == '+' && number(b, at + 30, 2) == 0 && number(b, at + 33, 2) == 0) {
      int year = number(b, at, 4);
      int month = number(b, at + 5, 2);
      int day = number(b, at + 8, 2);
      int hour = number(b, at + 11, 2);
      int minute = number(b, at + 14, 2);
      int second = number(b, at + 17, 2);
      int nano = number(b, at + 20, 9);
      if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31) {
        return null;
      }
      if (hour < 0 || minute < 0 || second < 0 || nano < 0) {
        return null;
      }
      try {
        long days = LocalDate.of(year, month, day).toEpochDay();
        return Instant.ofEpochSecond(days * 86_400 + hour * 3600L + minute * 60L + second, nano);
      } catch (DateTimeException e) {
        return null;
      }
    }
    return timeWithOffset(b, at);
  }

  /** The slow way, for a conmon that was not started by us and so not in UTC. */
  private static @Nullable Instant timeWithOffset(ByteBuffer b, int at) {
    byte[] text = new byte[TIME_LENGTH];
    b.get(at, text);
    try {
      return OffsetDateTime.parse(new String(text, java.nio.charset.StandardCharsets.US_ASCII))
          .toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** A decimal number of fixed width, negative if it is none. */
  private static int number(ByteBuffer b, int at, int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = b.get(at + i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
