package dev.wherry.engine.contents;

import dev.wherry.engine.files.TreeArchiver;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.tar.TarWriter;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/**
 * The archive of an upper layer, written on a thread of its own while it is read. The end of the
 * stream is only told when all has been written; a failure to write fails the reading.
 */
final class LayerPipe extends FilterInputStream {
  private static final int SIZE = 1 << 20;
  private static final int BUFFER = 64 * 1024;

  private final FutureTask<Boolean> writing;

  private LayerPipe(PipedInputStream in, FutureTask<Boolean> writing) {
    super(in);
    this.writing = writing;
  }

  static LayerPipe open(Paths paths, Path upper, IdMapping ids, Executor executor)
      throws IOException {
    PipedInputStream in = new PipedInputStream(SIZE);
    OutputStream out = new BufferedOutputStream(new PipedOutputStream(in), BUFFER);
    FutureTask<Boolean> writing = new FutureTask<>(() -> write(paths, upper, ids, out));
    executor.execute(writing);
    return new LayerPipe(in, writing);
  }

  private static boolean write(Paths paths, Path upper, IdMapping ids, OutputStream out)
      throws IOException {
    try (out;
        RootDir root = paths.openRoot(upper);
        TarWriter tar = new TarWriter(out)) {
      new TreeArchiver(tar, TreeArchiver.Form.LAYER, ids).addContents(root.top(), "");
      return true;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    int n = in.read(b, off, len);
    if (n < 0) {
      awaitWriter();
    }
    return n;
  }

  private void awaitWriter() throws IOException {
    try {
      writing.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a layer was read");
    } catch (ExecutionException e) {
      throw switch (e.getCause()) {
        case IOException failure -> failure;
        case LinuxException failure -> new IOException(failure.getMessage(), failure);
        case null, default -> new IOException("the layer could not be read", e);
      };
    }
  }

  /** Stops the writer, whose next write fails if it is not done. */
  @Override
  public void close() throws IOException {
    in.close();
  }
}
