package dev.wherry.engine.tar;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.linux.FileNames;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records of a pax extended header, {@code length key=value\n}, with values of any bytes
 * (POSIX.1-2017 pax, "pax Extended Header").
 */
final class PaxRecords {
  static final String XATTR = "SCHILY.xattr.";

  private static final String OFFSET = "GNU.sparse.offset";
  private static final String NUMBYTES = "GNU.sparse.numbytes";

  private final Map<String, byte[]> records = new LinkedHashMap<>();

  /** The sparse map as format 0.0 writes it, with a key twice or more. */
  private final List<Long> repeatedSparse = new ArrayList<>();

  static PaxRecords parse(byte[] data) throws TarFormatException {
    PaxRecords result = new PaxRecords();
    int at = 0;
    while (at < data.length) {
      int space = at;
      long length = 0;
      while (space < data.length && data[space] >= '0' && data[space] <= '9' && space - at < 9) {
        length = length * 10 + (data[space++] - '0');
      }
      int end = (int) Math.min(at + length, Integer.MAX_VALUE);
      if (space == at || space >= data.length || data[space] != ' ' || end > data.length) {
        throw invalid();
      }
      result.record(data, space + 1, end);
      at = end;
    }
    return result;
  }

  private void record(byte[] data, int start, int end) throws TarFormatException {
    int equals = start;
    while (equals < end && data[equals] != '=') {
      equals++;
    }
    if (equals == start || equals >= end || data[end - 1] != '\n') {
      throw invalid();
    }
    String key = new String(data, start, equals - start, UTF_8);
    byte[] value = Arrays.copyOfRange(data, equals + 1, end - 1);
    if (key.equals(OFFSET) || key.equals(NUMBYTES)) {
      repeatedSparse.add(decimal(new String(value, UTF_8)));
    }
    records.put(key, value);
  }

  /** A record as a name or other text, {@code null} if it is absent or empty. */
  @Nullable String text(String key) throws TarFormatException {
    byte[] value = records.get(key);
    if (value == null || value.length == 0) {
      return null;
    }
    for (byte b : value) {
      if (b == 0) {
        throw invalid();
      }
    }
    return FileNames.decode(value);
  }

  long number(String key, long otherwise) throws TarFormatException {
    String text = text(key);
    return text == null ? otherwise : decimal(text);
  }

  /** A time in seconds with a fraction, rounded down to nanoseconds. */
  @Nullable Instant time(String key) throws TarFormatException {
    String text = text(key);
    if (text == null) {
      return null;
    }
    try {
      return TarTimes.parse(text);
    } catch (ArithmeticException | NumberFormatException e) {
      throw invalid();
    }
  }

  Map<String, byte[]> xattrs() {
    Map<String, byte[]> found = new LinkedHashMap<>();
    for (Map.Entry<String, byte[]> record : records.entrySet()) {
      if (record.getKey().startsWith(XATTR)) {
        found.put(record.getKey().substring(XATTR.length()), record.getValue());
      }
    }
    return found;
  }

  /** Pairs of offset and length of formats 0.0 and 0.1, {@code null} if there are none. */
  @Nullable List<Long> sparsePairs() throws TarFormatException {
    String map = text("GNU.sparse.map");
    if (map == null) {
      return repeatedSparse.isEmpty() ? null : repeatedSparse;
    }
    List<Long> pairs = new ArrayList<>();
    for (String number : map.split(",")) {
      pairs.add(decimal(number));
    }
    return pairs;
  }

  static long decimal(String text) throws TarFormatException {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw invalid();
    }
  }

  private static TarFormatException invalid() {
    return new TarFormatException("archive/tar: invalid tar header");
  }
}
