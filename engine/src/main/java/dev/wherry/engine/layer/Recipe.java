package dev.wherry.engine.layer;

import dev.wherry.engine.linux.FileNames;
import dev.wherry.engine.tar.TarEntry;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * How a layer's archive is put together again from its extracted tree: the bytes that are no file's
 * content, in order, and between them where content is found. So a layer is kept once, unpacked,
 * and still has the digest it came with (docs/decisions/layer-archives.md).
 *
 * <p>A compressed stream of steps: a byte for the kind, then its members in {@link
 * DataOutputStream}'s encoding.
 */
final class Recipe {
  private static final int RAW = 'R';
  private static final int FILE = 'F';
  private static final int DISPLACED = 'D';
  private static final int END = 'E';
  private static final int BUFFER = 64 * 1024;

  private Recipe() {}

  /** One step. */
  sealed interface Step {
    /** Bytes of the archive as they are. */
    final class Raw implements Step {
      private final byte[] bytes;

      Raw(byte[] bytes) {
        this.bytes = bytes;
      }

      byte[] bytes() {
        return bytes;
      }
    }

    /** Content of a file of the tree, in these parts. */
    record File(String path, List<TarEntry.Chunk> parts) implements Step {}

    /**
     * From here on the path is something else: what was there, and below, is in the attic under
     * this name.
     */
    record Displaced(String path, String attic) implements Step {}
  }

  /** Writes a recipe; to be closed when the archive has been read to its end. */
  static final class Writer implements AutoCloseable {
    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    private final DataOutputStream out;
    private final byte[] raw = new byte[BUFFER];
    private int rawLength;

    Writer(Path file) throws IOException {
      OutputStream stream = Files.newOutputStream(file);
      this.out =
          new DataOutputStream(
              new BufferedOutputStream(new DeflaterOutputStream(stream, deflater, BUFFER), BUFFER));
    }

    void raw(byte[] bytes, int offset, int length) throws IOException {
      int done = 0;
      while (done < length) {
        int n = Math.min(length - done, BUFFER - rawLength);
        System.arraycopy(bytes, offset + done, raw, rawLength, n);
        rawLength += n;
        done += n;
        if (rawLength == BUFFER) {
          flushRaw();
        }
      }
    }

    void file(String path, List<TarEntry.Chunk> parts) throws IOException {
      flushRaw();
      out.writeByte(FILE);
      writeName(path);
      out.writeInt(parts.size());
      for (TarEntry.Chunk part : parts) {
        out.writeLong(part.offset());
        out.writeLong(part.length());
      }
    }

    void displaced(String path, String attic) throws IOException {
      flushRaw();
      out.writeByte(DISPLACED);
      writeName(path);
      writeName(attic);
    }

    void end() throws IOException {
      flushRaw();
      out.writeByte(END);
    }

    @Override
    public void close() throws IOException {
      try {
        out.close();
      } finally {
        deflater.end();
      }
    }

    private void flushRaw() throws IOException {
      if (rawLength > 0) {
        out.writeByte(RAW);
        out.writeInt(rawLength);
        out.write(raw, 0, rawLength);
        rawLength = 0;
      }
    }

    private void writeName(String name) throws IOException {
      byte[] bytes = FileNames.encode(name);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  /** Reads a recipe's steps one after the other. */
  static final class Reader implements AutoCloseable {
    private final DataInputStream in;

    Reader(Path file) throws IOException {
      InputStream stream = new InflaterInputStream(Files.newInputStream(file));
      this.in = new DataInputStream(new BufferedInputStream(stream, BUFFER));
    }

    /** The next step, {@code null} at the end; a recipe that was cut off is an error. */
    @org.jspecify.annotations.Nullable
    Step next() throws IOException {
      int kind = in.read();
      return switch (kind) {
        case RAW -> new Step.Raw(bytes());
        case FILE -> new Step.File(FileNames.decode(bytes()), parts());
        case DISPLACED -> new Step.Displaced(FileNames.decode(bytes()), FileNames.decode(bytes()));
        case END -> null;
        default -> throw new EOFException("the layer's recipe is damaged");
      };
    }

    @Override
    public void close() throws IOException {
      in.close();
    }

    private byte[] bytes() throws IOException {
      int length = in.readInt();
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException("the layer's recipe is damaged");
      }
      return bytes;
    }

    private List<TarEntry.Chunk> parts() throws IOException {
      int count = in.readInt();
      List<TarEntry.Chunk> parts = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        parts.add(new TarEntry.Chunk(in.readLong(), in.readLong()));
      }
      return parts;
    }
  }
}
