package dev.wherry.verticles.stream;

import io.netty.buffer.Unpooled;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A queue of chunks on disk, in files that have no names any more, so that nothing of it outlives
 * the daemon. A file is given back when all of it has been read. Not safe for use by several
 * threads at a time; blocks.
 */
final class SpillFile implements Closeable {
  /** What each chunk takes besides its data. */
  static final int HEADER = 1 + Integer.BYTES;

  private final Path directory;
  private final long fullFile;
  private final Deque<Segment> segments = new ArrayDeque<>();

  /** One file: read from its front and written at its end. */
  private static final class Segment {
    private final FileChannel file;
    private long readFrom;
    private long size;

    Segment(FileChannel file) {
      this.file = file;
    }

    void write(ByteBuffer buffer) throws IOException {
      while (buffer.hasRemaining()) {
        size += file.write(buffer, size);
      }
    }

    ByteBuffer read(int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(length);
      while (buffer.hasRemaining()) {
        int read = file.read(buffer, readFrom);
        if (read < 0) {
          throw new IOException("the file ends early");
        }
        readFrom += read;
      }
      return buffer.flip();
    }
  }

  /**
   * @param directory where files are made, once there is something to write
   * @param fullFile how many bytes a file has before the next one is begun
   */
  SpillFile(Path directory, long fullFile) {
    this.directory = directory;
    this.fullFile = fullFile;
  }

  /** Adds chunks behind the others. */
  void append(List<StdioChunk> chunks) throws IOException {
    int bytes = chunks.stream().mapToInt(chunk -> HEADER + chunk.data().length()).sum();
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    for (StdioChunk chunk : chunks) {
      buffer.put(number(chunk.stream()));
      buffer.putInt(chunk.data().length());
      buffer.put(chunk.data().getBytes());
    }
    writable().write(buffer.flip());
  }

  private Segment writable() throws IOException {
    Segment last = segments.peekLast();
    if (last == null || last.size >= fullFile) {
      last = new Segment(open());
      segments.addLast(last);
    }
    return last;
  }

  private FileChannel open() throws IOException {
    Files.createDirectories(directory);
    Path name = Files.createTempFile(directory, "overflow", "");
    FileChannel opened = FileChannel.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
    Files.delete(name);
    return opened;
  }

  private static byte number(StdStream stream) {
    return switch (stream) {
      case STDIN -> throw new IllegalArgumentException("input is no output");
      case STDOUT -> 1;
      case STDERR -> 2;
    };
  }

  /**
   * Takes the first chunks.
   *
   * @param bytes about how many bytes at most
   */
  List<StdioChunk> take(int bytes) throws IOException {
    List<StdioChunk> chunks = new ArrayList<>();
    int taken = 0;
    for (Segment first = segments.peekFirst();
        first != null && taken < bytes;
        first = segments.peekFirst()) {
      while (first.readFrom < first.size && taken < bytes) {
        ByteBuffer header = first.read(HEADER);
        StdStream stream = header.get() == 1 ? StdStream.STDOUT : StdStream.STDERR;
        ByteBuffer data = first.read(header.getInt());
        taken += HEADER + data.remaining();
        chunks.add(new StdioChunk(stream, BufferInternal.buffer(Unpooled.wrappedBuffer(data))));
      }
      if (first.readFrom == first.size) {
        segments.removeFirst();
        first.file.close();
      }
    }
    return chunks;
  }

  @Override
  public void close() throws IOException {
    for (Segment segment : segments) {
      segment.file.close();
    }
    segments.clear();
  }
}
