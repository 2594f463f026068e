package dev.wherry.engine.tar;

import static dev.wherry.engine.tar.TarHeader.BLOCK;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.linux.FileNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes a tar archive in ustar format, with a pax header before each member that needs one: for
 * long or non-ASCII names, large numbers, fractions of seconds and extended attributes. The same
 * members give the same bytes. Sparse files are written in full. One thread.
 */
public final class TarWriter implements AutoCloseable {
  private static final long MAX_SIZE = 077777777777L;
  private static final long MAX_ID = 07777777L;

  private final OutputStream out;
  private long remaining;
  private int padding;

  public TarWriter(OutputStream out) {
    this.out = out;
  }

  /**
   * Begins a member; exactly {@link TarEntry#size} bytes of content are written next.
   *
   * @throws IOException if the content of the one before is not complete
   */
  public void put(TarEntry entry) throws IOException {
    finish();
    byte[] pax = pax(entry);
    if (pax.length > 0) {
      out.write(header(entry, "PaxHeaders.0/" + ascii(entry.name()), 'x', pax.length));
      out.write(pax);
      out.write(new byte[-pax.length & (BLOCK - 1)]);
    }
    out.write(header(entry, ascii(entry.name()), entry.type().flag(), entry.size()));
    remaining = entry.size();
    padding = (int) (-remaining & (BLOCK - 1));
  }

  /** Writes content of the present member. */
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > remaining) {
      throw new IOException("more content than the tar header says");
    }
    out.write(bytes, offset, length);
    remaining -= length;
  }

  /** Writes a whole member. */
  public void put(TarEntry entry, byte[] content) throws IOException {
    put(entry);
    write(content, 0, content.length);
  }

  /** Ends the archive and flushes; the stream stays open. */
  @Override
  public void close() throws IOException {
    finish();
    out.write(new byte[2 * BLOCK]);
    out.flush();
  }

  private void finish() throws IOException {
    if (remaining > 0) {
      throw new IOException("less content than the tar header says");
    }
    out.write(new byte[padding]);
    padding = 0;
  }

  private static byte[] pax(TarEntry entry) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    if (!fits(entry.name())) {
      record(records, "path", FileNames.encode(entry.name()));
    }
    if (!fits(entry.linkName())) {
      record(records, "linkpath", FileNames.encode(entry.linkName()));
    }
    number(records, "size", entry.size(), MAX_SIZE);
    number(records, "uid", entry.uid(), MAX_ID);
    number(records, "gid", entry.gid(), MAX_ID);
    long seconds = entry.mtime().getEpochSecond();
    if (!entry.mtime().equals(Instant.ofEpochSecond(seconds)) || !inRange(seconds, MAX_SIZE)) {
      record(records, "mtime", TarTimes.format(entry.mtime()).getBytes(UTF_8));
    }
    Instant atime = entry.atime();
    if (atime != null) {
      record(records, "atime", TarTimes.format(atime).getBytes(UTF_8));
    }
    for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
      record(records, PaxRecords.XATTR + xattr.getKey(), xattr.getValue());
    }
    return records.toByteArray();
  }

  private static void number(ByteArrayOutputStream into, String key, long value, long max) {
    if (!inRange(value, max)) {
      record(into, key, Long.toString(value).getBytes(UTF_8));
    }
  }

  /** Writes {@code length key=value\n}, where the length counts its own digits. */
  private static void record(ByteArrayOutputStream into, String key, byte[] value) {
    byte[] name = key.getBytes(UTF_8);
    int rest = name.length + value.length + 3;
    int length = rest + Integer.toString(rest).length();
    length = rest + Integer.toString(length).length();
    into.writeBytes((length + " ").getBytes(UTF_8));
    into.writeBytes(name);
    into.write('=');
    into.writeBytes(value);
    into.write('\n');
  }

  private static byte[] header(TarEntry entry, String name, char type, long size) {
    byte[] block = new byte[BLOCK];
    text(block, 0, name, TarHeader.NAME_LENGTH);
    octal(block, TarHeader.MODE, 8, entry.mode());
    octal(block, TarHeader.UID, 8, inRange(entry.uid(), MAX_ID) ? entry.uid() : 0);
    octal(block, TarHeader.GID, 8, inRange(entry.gid(), MAX_ID) ? entry.gid() : 0);
    octal(block, TarHeader.SIZE, 12, inRange(size, MAX_SIZE) ? size : 0);
    long seconds = entry.mtime().getEpochSecond();
    octal(block, TarHeader.MTIME, 12, inRange(seconds, MAX_SIZE) ? seconds : 0);
    block[TarHeader.TYPE] = (byte) type;
    text(block, TarHeader.LINK_NAME, ascii(entry.linkName()), TarHeader.NAME_LENGTH);
    text(block, TarHeader.MAGIC, "ustar\00000", 8);
    TarEntry.Device device = entry.device();
    octal(block, TarHeader.DEV_MAJOR, 8, device == null ? 0 : device.major());
    octal(block, TarHeader.DEV_MINOR, 8, device == null ? 0 : device.minor());
    Arrays.fill(block, TarHeader.CHECKSUM, TarHeader.CHECKSUM + 8, (byte) ' ');
    long sum = 0;
    for (byte b : block) {
      sum += b & 0xFF;
    }
    octal(block, TarHeader.CHECKSUM, 7, sum);
    return block;
  }

  private static void octal(byte[] block, int offset, int length, long value) {
    String digits = Long.toOctalString(value);
    text(block, offset, "0".repeat(length - 1 - digits.length()) + digits, length - 1);
    block[offset + length - 1] = 0;
  }

  private static void text(byte[] block, int offset, String text, int length) {
    byte[] bytes = text.getBytes(UTF_8);
    System.arraycopy(bytes, 0, block, offset, Math.min(bytes.length, length));
  }

  private static boolean inRange(long value, long max) {
    return value >= 0 && value <= max;
  }

  private static boolean fits(String name) {
    return name.length() <= TarHeader.NAME_LENGTH && ascii(name).equals(name);
  }

  /** A stand-in for readers that don't know pax. */
  private static String ascii(String name) {
    StringBuilder plain = new StringBuilder(name.length());
    name.chars().forEach(c -> plain.append(c < 0x80 ? (char) c : '_'));
    return plain.toString();
  }
}
