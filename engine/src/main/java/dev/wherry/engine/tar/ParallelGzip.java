package dev.wherry.engine.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses into one gzip member (RFC 1952) with as many processors as there are: the content is
 * cut into blocks, each compressed by itself with the end of the one before as its dictionary, and
 * put together in order. What comes out depends on the content alone. One thread writes; nothing is
 * whole before {@link #finish}.
 */
public final class ParallelGzip extends OutputStream {
  private static final int BLOCK = 256 << 10;
  private static final int WINDOW = 32 << 10;

  /** Half as much work again for one more percent is not worth it to who waits for a push. */
  private static final int LEVEL = 4;

  /** Deflated, no flags, no time, nothing said of the effort, no known system. */
  private static final byte[] HEADER = "\u001f\u008b\b\0\0\0\0\0\0\u00ff".getBytes(ISO_8859_1);

  private final OutputStream out;
  private final Executor executor;
  private final Deque<Block> free = new ArrayDeque<>();
  private final Deque<CompletableFuture<Block>> underWay = new ArrayDeque<>();
  private final CRC32 crc = new CRC32();
  private Block current;
  private long total;
  private boolean begun;

  private static final class Block {
    final byte[] content = new byte[BLOCK];
    final byte[] dictionary = new byte[WINDOW];
    final Deflater deflater = new Deflater(LEVEL, true);
    byte[] compressed = new byte[BLOCK / 2];
    int contentLength;
    int dictionaryLength;
    int compressedLength;

    /** Begins after what the block before ends with. */
    void follow(Block before) {
      dictionaryLength = Math.min(WINDOW, before.contentLength);
      System.arraycopy(
          before.content, before.contentLength - dictionaryLength, dictionary, 0, dictionaryLength);
      contentLength = 0;
    }

    Block compress(boolean last) {
      deflater.reset();
      deflater.setDictionary(dictionary, 0, dictionaryLength);
      deflater.setInput(content, 0, contentLength);
      if (last) {
        deflater.finish();
      }
      compressedLength = 0;
      int mode = last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH;
      boolean more = true;
      while (more) {
        if (compressedLength == compressed.length) {
          compressed = Arrays.copyOf(compressed, compressed.length * 2);
        }
        int room = compressed.length - compressedLength;
        int n = deflater.deflate(compressed, compressedLength, room, mode);
        compressedLength += n;
        more = last ? !deflater.finished() : n == room;
      }
      return this;
    }
  }

  /**
   * Begins.
   *
   * @param executor compresses; may be shared, must not run what it is given on the caller
   */
  public ParallelGzip(OutputStream out, Executor executor) {
    this.out = out;
    this.executor = executor;
    int blocks = Runtime.getRuntime().availableProcessors() + 2;
    for (int i = 0; i < blocks; i++) {
      free.add(new Block());
    }
    this.current = free.remove();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] b, int off, int len) throws IOException {
    crc.update(b, off, len);
    total += len;
    int done = 0;
    while (done < len) {
      if (current.contentLength == BLOCK) {
        next();
      }
      int n = Math.min(len - done, BLOCK - current.contentLength);
      System.arraycopy(b, off + done, current.content, current.contentLength, n);
      current.contentLength += n;
      done += n;
    }
  }

  private void next() throws IOException {
    Block full = current;
    if (free.isEmpty()) {
      collect();
    }
    Block following = free.remove();
    following.follow(full);
    current = following;
    underWay.add(CompletableFuture.supplyAsync(() -> full.compress(false), executor));
  }

  /** Writes out the earliest block. */
  private void collect() throws IOException {
    Block block;
    try {
      block = underWay.element().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while compressing");
    } catch (ExecutionException e) {
      throw new IOException("compressing: " + e.getCause(), e);
    }
    underWay.remove();
    emit(block);
    free.add(block);
  }

  private void emit(Block block) throws IOException {
    if (!begun) {
      begun = true;
      out.write(HEADER);
    }
    out.write(block.compressed, 0, block.compressedLength);
  }

  /** Writes the rest, and leaves what it is written to open. */
  public void finish() throws IOException {
    while (!underWay.isEmpty()) {
      collect();
    }
    emit(current.compress(true));
    byte[] trailer = new byte[8];
    for (int i = 0; i < 4; i++) {
      trailer[i] = (byte) (crc.getValue() >> (8 * i));
      trailer[4 + i] = (byte) (total >> (8 * i));
    }
    out.write(trailer);
    out.flush();
  }

  /** Gives up what memory it holds, finished or not. */
  @Override
  public void close() {
    for (CompletableFuture<Block> block : underWay) {
      block.handle((done, failure) -> true).join();
      block.thenAccept(free::add);
    }
    underWay.clear();
    free.add(current);
    free.forEach(block -> block.deflater.end());
    free.clear();
  }
}
