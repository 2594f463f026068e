package dev.wherry.engine.tar;

import static dev.wherry.engine.tar.TarHeader.BLOCK;

import dev.wherry.engine.linux.FileNames;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive forwards: ustar, pax and GNU formats, long names, sparse files in all their
 * forms, extended attributes. One thread; closes nothing.
 *
 * <p>What is read is checked as Go's {@code archive/tar} checks it, so that an archive which
 * dockerd refuses is refused here. The end of the stream at the start of a header counts as the
 * archive's end; anywhere else it is a {@link TarFormatException} "unexpected EOF".
 */
public final class TarReader {
  /** Size of the units an archive is made of. */
  public static final int BLOCK_SIZE = BLOCK;

  /** The most that the extended header or long name of one member may take. */
  private static final int MAX_EXTENSION = 1 << 20;

  private static final int OLD_GNU_SPARSE = 386;
  private static final int OLD_GNU_IS_EXTENDED = 482;
  private static final int OLD_GNU_REAL_SIZE = 483;

  private final InputStream in;
  private final TarTap tap;
  private final byte[] block = new byte[BLOCK];
  private final byte[] skipped = new byte[8192];
  private long remaining;
  private int padding;
  private boolean ended;

  /** Reads from a stream, which should be buffered; the tap sees what is no content. */
  public TarReader(InputStream in, TarTap tap) {
    this.in = in;
    this.tap = tap;
  }

  /**
   * Whether these bytes can be the beginning of an archive: a header, or the zeros of an empty one.
   */
  public static boolean isHeader(byte[] start) {
    return start.length == BLOCK
        && (TarHeader.isZero(start) || new TarHeader(start).hasValidChecksum());
  }

  /**
   * Goes to the next member; what is left of this one's content is passed over.
   *
   * @return {@code null} at the end, after all of the stream has been read
   * @throws TarFormatException if this is no tar archive or it is cut off
   */
  public @Nullable TarEntry next() throws IOException {
    if (ended) {
      return null;
    }
    finishContent();
    Extensions extensions = new Extensions();
    while (readHeader()) {
      // A copy, since a sparse file's map is read through the same buffer.
      TarHeader header = new TarHeader(block.clone());
      switch (header.type()) {
        case 'x', 'X' -> extensions.pax = PaxRecords.parse(extension(header));
        case 'g' -> extension(header);
        case 'L' -> extensions.longName = untilNul(extension(header));
        case 'K' -> extensions.longLink = untilNul(extension(header));
        default -> {
          return entry(header, extensions);
        }
      }
    }
    drain();
    ended = true;
    return null;
  }

  /** The content that has not been read, in a sparse file that of its parts. */
  public long remaining() {
    return remaining;
  }

  /**
   * Reads content of the present member.
   *
   * @return how many bytes, -1 at the content's end
   */
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (remaining == 0) {
      return -1;
    }
    int n = in.read(bytes, offset, (int) Math.min(length, remaining));
    if (n < 0) {
      throw new TarFormatException(TarFormatException.TRUNCATED);
    }
    remaining -= n;
    return n;
  }

  /** The content of the present member as a stream; not to be used after {@link #next}. */
  public InputStream content() {
    return new Content();
  }

  private static final class Extensions {
    PaxRecords pax = new PaxRecords();
    @Nullable String longName;
    @Nullable String longLink;
  }

  /** Reads a header block; false at the archive's end. */
  private boolean readHeader() throws IOException {
    if (!readBlock(true)) {
      return false;
    }
    if (TarHeader.isZero(block)) {
      if (readBlock(true) && !TarHeader.isZero(block)) {
        throw new TarFormatException("archive/tar: invalid tar header");
      }
      return false;
    }
    if (!new TarHeader(block).hasValidChecksum()) {
      throw new TarFormatException("archive/tar: invalid tar header");
    }
    return true;
  }

  private boolean readBlock(boolean mayEnd) throws IOException {
    int n = in.readNBytes(block, 0, BLOCK);
    if (n == 0 && mayEnd) {
      return false;
    }
    if (n < BLOCK) {
      throw new TarFormatException(TarFormatException.TRUNCATED);
    }
    tap.raw(block, 0, BLOCK);
    return true;
  }

  /** The content of a header that belongs to the next member. */
  private byte[] extension(TarHeader header) throws IOException {
    long size = header.number(TarHeader.SIZE, TarHeader.SIZE_LENGTH);
    if (size < 0 || size > MAX_EXTENSION) {
      throw new TarFormatException("archive/tar: header field too long");
    }
    int padded = (int) (size + BLOCK - 1) / BLOCK * BLOCK;
    byte[] data = in.readNBytes(padded);
    if (data.length < padded) {
      throw new TarFormatException(TarFormatException.TRUNCATED);
    }
    tap.raw(data, 0, padded);
    return Arrays.copyOf(data, (int) size);
  }

  private TarEntry entry(TarHeader header, Extensions extensions) throws IOException {
    PaxRecords pax = extensions.pax;
    String name = firstOf(pax.text("path"), extensions.longName, header.name());
    TarEntry.Type type = type(header.type(), name);
    long size = pax.number("size", header.number(TarHeader.SIZE, TarHeader.SIZE_LENGTH));
    if (size < 0) {
      throw new TarFormatException("archive/tar: invalid tar header");
    }
    // Only files have content, whatever size the header of something else names.
    remaining = type == TarEntry.Type.FILE ? size : 0;
    padding = (int) (-remaining & (BLOCK - 1));
    List<TarEntry.Chunk> sparse = null;
    if (type == TarEntry.Type.FILE) {
      sparse = sparse(header, pax);
      String sparseName = pax.text("GNU.sparse.name");
      name = sparse != null && sparseName != null ? sparseName : name;
    }
    Instant mtime = pax.time("mtime");
    return new TarEntry(
        name,
        type,
        (int) (header.number(TarHeader.MODE, TarHeader.ID_LENGTH) & 07777),
        pax.number("uid", header.number(TarHeader.UID, TarHeader.ID_LENGTH)),
        pax.number("gid", header.number(TarHeader.GID, TarHeader.ID_LENGTH)),
        sparse == null ? remaining : sparseSize(header, pax),
        mtime != null ? mtime : seconds(header.number(TarHeader.MTIME, TarHeader.SIZE_LENGTH)),
        pax.time("atime"),
        isLink(type) ? linkName(header, extensions) : "",
        device(type, header),
        pax.xattrs(),
        sparse);
  }

  private static boolean isLink(TarEntry.Type type) {
    return type == TarEntry.Type.SYMLINK || type == TarEntry.Type.HARDLINK;
  }

  private static String linkName(TarHeader header, Extensions extensions) throws IOException {
    return firstOf(
        extensions.pax.text("linkpath"),
        extensions.longLink,
        header.text(TarHeader.LINK_NAME, TarHeader.NAME_LENGTH));
  }

  private static TarEntry.Type type(char flag, String name) throws TarFormatException {
    return switch (flag) {
      // Archives from before ustar mark a directory by its name alone.
      case '0', 0, '7', 'S' -> name.endsWith("/") ? TarEntry.Type.DIRECTORY : TarEntry.Type.FILE;
      case '1' -> TarEntry.Type.HARDLINK;
      case '2' -> TarEntry.Type.SYMLINK;
      case '3' -> TarEntry.Type.CHARACTER_DEVICE;
      case '4' -> TarEntry.Type.BLOCK_DEVICE;
      case '5' -> TarEntry.Type.DIRECTORY;
      case '6' -> TarEntry.Type.FIFO;
      default -> throw new TarFormatException("unhandled tar header type " + (int) flag);
    };
  }

  private static TarEntry.@Nullable Device device(TarEntry.Type type, TarHeader header)
      throws TarFormatException {
    if (type != TarEntry.Type.CHARACTER_DEVICE && type != TarEntry.Type.BLOCK_DEVICE) {
      return null;
    }
    long major = header.number(TarHeader.DEV_MAJOR, TarHeader.ID_LENGTH);
    long minor = header.number(TarHeader.DEV_MINOR, TarHeader.ID_LENGTH);
    if (major != (int) major || minor != (int) minor) {
      throw new TarFormatException("archive/tar: invalid tar header");
    }
    return new TarEntry.Device((int) major, (int) minor);
  }

  private static long sparseSize(TarHeader header, PaxRecords pax) throws TarFormatException {
    if (header.type() == 'S') {
      return header.number(OLD_GNU_REAL_SIZE, TarHeader.SIZE_LENGTH);
    }
    return pax.number("GNU.sparse.realsize", pax.number("GNU.sparse.size", -1));
  }

  /** Reads a sparse file's map, from wherever its format keeps it. */
  private @Nullable List<TarEntry.Chunk> sparse(TarHeader header, PaxRecords pax)
      throws IOException {
    List<Long> pairs;
    long size = sparseSize(header, pax);
    if (header.type() == 'S') {
      pairs = oldGnuMap();
    } else if (pax.number("GNU.sparse.major", 0) == 1) {
      pairs = leadingMap();
    } else {
      pairs = pax.sparsePairs();
    }
    if (pairs == null) {
      return null;
    }
    List<TarEntry.Chunk> chunks = SparseMaps.chunks(pairs, size);
    if (SparseMaps.stored(chunks) != remaining) {
      throw SparseMaps.invalid();
    }
    return chunks;
  }

  private List<Long> oldGnuMap() throws IOException {
    List<Long> pairs = new ArrayList<>();
    SparseMaps.addOldGnu(block, OLD_GNU_SPARSE, 4, pairs);
    boolean more = block[OLD_GNU_IS_EXTENDED] != 0;
    while (more) {
      readBlock(false);
      SparseMaps.addOldGnu(block, 0, 21, pairs);
      more = block[504] != 0;
      if (pairs.size() > MAX_EXTENSION / 12) {
        throw SparseMaps.invalid();
      }
    }
    return pairs;
  }

  /** Format 1.0: decimal numbers, a line each, in whole blocks before the content. */
  private List<Long> leadingMap() throws IOException {
    List<Long> numbers = new ArrayList<>();
    StringBuilder digits = new StringBuilder();
    long expected = 1;
    while (numbers.size() < expected) {
      if (remaining < BLOCK) {
        throw SparseMaps.invalid();
      }
      readBlock(false);
      remaining -= BLOCK;
      for (int i = 0; i < BLOCK && numbers.size() < expected; i++) {
        if (block[i] != '\n') {
          digits.append((char) (block[i] & 0xFF));
        } else {
          numbers.add(PaxRecords.decimal(digits.toString()));
          digits.setLength(0);
          expected = numbers.size() == 1 ? 1 + 2 * numbers.getFirst() : expected;
        }
      }
      if (expected < 1 || expected > MAX_EXTENSION / 12 || digits.length() > 20) {
        throw SparseMaps.invalid();
      }
    }
    return numbers.subList(1, numbers.size());
  }

  private void finishContent() throws IOException {
    long left = remaining + padding;
    remaining = 0;
    padding = 0;
    while (left > 0) {
      int n = in.read(skipped, 0, (int) Math.min(skipped.length, left));
      if (n < 0) {
        throw new TarFormatException(TarFormatException.TRUNCATED);
      }
      tap.raw(skipped, 0, n);
      left -= n;
    }
  }

  private void drain() throws IOException {
    for (int n = in.read(skipped); n >= 0; n = in.read(skipped)) {
      tap.raw(skipped, 0, n);
    }
  }

  private static String untilNul(byte[] data) {
    int end = 0;
    while (end < data.length && data[end] != 0) {
      end++;
    }
    return FileNames.decode(data, 0, end);
  }

  private static String firstOf(@Nullable String a, @Nullable String b, String c) {
    if (a != null) {
      return a;
    }
    return b != null ? b : c;
  }

  private static Instant seconds(long value) throws TarFormatException {
    try {
      return Instant.ofEpochSecond(value);
    } catch (java.time.DateTimeException e) {
      throw new TarFormatException("archive/tar: invalid tar header");
    }
  }

  private final class Content extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      return len == 0 ? 0 : TarReader.this.read(b, off, len);
    }
  }
}
