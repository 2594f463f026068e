package dev.wherry.engine.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The owner of an open file descriptor: closes it once, or gives it away with {@link #release()}.
 * Every descriptor that Wherry opens is close-on-exec. All operations throw {@link LinuxException};
 * on a closed descriptor, EBADF.
 */
public final class Fd implements AutoCloseable {
  private final AtomicInteger number;

  /** Takes ownership of an open descriptor. */
  public Fd(int number) {
    this.number = new AtomicInteger(number);
  }

  /** The descriptor's number, still owned by this object. */
  public int number() {
    int fd = number.get();
    if (fd < 0) {
      throw new LinuxException(Errno.EBADF, "use of a closed descriptor", "");
    }
    return fd;
  }

  /** Whether it was neither closed nor released. */
  public boolean isOpen() {
    return number.get() >= 0;
  }

  /** Gives the descriptor to the caller, who now has to close it. */
  public int release() {
    int fd = number();
    if (!number.compareAndSet(fd, -1)) {
      throw new LinuxException(Errno.EBADF, "release of a closed descriptor", "");
    }
    return fd;
  }

  /** Closes it; a second time nothing happens. */
  @Override
  public void close() {
    int fd = number.getAndSet(-1);
    if (fd >= 0) {
      FileCalls.close(fd);
    }
  }

  /** Writes all of the bytes at the file's offset, write(2). */
  public void write(byte[] bytes, int offset, int length) {
    MemorySegment buffer = CallState.current().buffer();
    int done = 0;
    while (done < length) {
      int chunk = Math.min(length - done, CallState.BUFFER_SIZE);
      MemorySegment.copy(bytes, offset + done, buffer, ValueLayout.JAVA_BYTE, 0, chunk);
      writeFully(buffer.address(), chunk);
      done += chunk;
    }
  }

  /** Writes all that remains in the buffer; a direct one is not copied. */
  public void write(ByteBuffer bytes) {
    if (bytes.isDirect()) {
      writeFully(MemorySegment.ofBuffer(bytes).address(), bytes.remaining());
      bytes.position(bytes.limit());
    } else {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      write(copy, 0, copy.length);
    }
  }

  /**
   * Writes what can be taken now, to a descriptor that does not wait.
   *
   * @return how many bytes, 0 if there is no room
   */
  public int writeNow(byte[] bytes, int offset, int length) {
    CallState c = CallState.current();
    MemorySegment buffer = c.buffer();
    int chunk = Math.min(length, CallState.BUFFER_SIZE);
    MemorySegment.copy(bytes, offset, buffer, ValueLayout.JAVA_BYTE, 0, chunk);
    long n;
    do {
      n = c.call(SystemCall.SYS_write, number(), buffer.address(), chunk);
    } while (n == -Errno.EINTR.number());
    return n == -Errno.EAGAIN.number() ? 0 : (int) FileCalls.check(n, "write", toString());
  }

  private void writeFully(long address, int length) {
    CallState c = CallState.current();
    int done = 0;
    while (done < length) {
      long n = c.call(SystemCall.SYS_write, number(), address + done, length - done);
      if (n != -Errno.EINTR.number()) {
        done += (int) FileCalls.check(n, "write", Integer.toString(number.get()));
      }
    }
  }

  /**
   * Reads up to that many bytes, read(2).
   *
   * @return how many, -1 at the end of the file
   */
  public int read(byte[] bytes, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    int read = (int) FileCalls.check(tryRead(bytes, offset, length), "read", toString());
    return read == 0 ? -1 : read;
  }

  /**
   * Reads what there is of at most that many bytes, from a descriptor that does not wait.
   *
   * @param length not 0
   * @return how many, 0 if there is nothing now, -1 at the end of the file
   */
  public int readNow(byte[] bytes, int offset, int length) {
    long n = tryRead(bytes, offset, length);
    if (n == -Errno.EAGAIN.number()) {
      return 0;
    }
    int read = (int) FileCalls.check(n, "read", toString());
    return read == 0 ? -1 : read;
  }

  private long tryRead(byte[] bytes, int offset, int length) {
    CallState c = CallState.current();
    MemorySegment buffer = c.buffer();
    int chunk = Math.min(length, CallState.BUFFER_SIZE);
    long n;
    do {
      n = c.call(SystemCall.SYS_read, number(), buffer.address(), chunk);
    } while (n == -Errno.EINTR.number());
    if (n > 0) {
      MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, offset, (int) n);
    }
    return n;
  }

  /** Moves the file's offset to a position from its start, lseek(2): a hole when past the end. */
  public void seek(long position) {
    long result = CallState.current().call(SystemCall.SYS_lseek, number(), position, 0);
    FileCalls.check(result, "lseek", Integer.toString(number.get()));
  }

  /** Sets the file's size, ftruncate(2): what is added reads as zeros and takes no room. */
  public void truncate(long size) {
    long result = CallState.current().call(SystemCall.SYS_ftruncate, number(), size);
    FileCalls.check(result, "ftruncate", Integer.toString(number.get()));
  }

  /** Waits until the file's content and metadata are on disk, fsync(2). */
  public void fsync() {
    long result = CallState.current().call(SystemCall.SYS_fsync, number());
    FileCalls.check(result, "fsync", Integer.toString(number.get()));
  }

  /** Waits until all of the file system that holds the file is on disk, syncfs(2). */
  public void syncfs() {
    long result = CallState.current().call(SystemCall.SYS_syncfs, number());
    FileCalls.check(result, "syncfs", Integer.toString(number.get()));
  }

  /** What statx(2) tells of it. */
  public FileStat stat() {
    return FileCalls.statx(number(), "", OpenFlags.AT_EMPTY_PATH);
  }

  /** fchown(2); clears set-id bits, so it comes before {@link #chmod}. */
  public void chown(int uid, int gid) {
    FileCalls.fchown(number(), uid, gid);
  }

  /** fchmod(2) with exactly these bits, {@code 07777}. */
  public void chmod(int mode) {
    FileCalls.fchmod(number(), mode);
  }

  /** Sets access and modification time to the nanosecond, futimens(3). */
  public void utimens(Instant atime, Instant mtime) {
    FileCalls.futimens(number(), atime, mtime);
  }

  /** Sets an extended attribute, fsetxattr(2). */
  public void setxattr(String name, byte[] value) {
    Xattrs.fset(number(), name, value);
  }

  /** An extended attribute, empty if it is not set or the file system has none. */
  public Optional<byte[]> getxattr(String name) {
    return Xattrs.fget(number(), name);
  }

  /** The names of its extended attributes. */
  public List<String> listxattr() {
    return Xattrs.flist(number());
  }

  /** A stream that writes at the file's offset; closing it closes the descriptor. */
  public OutputStream outputStream() {
    return new Output();
  }

  /** A stream that reads at the file's offset; closing it closes the descriptor. */
  public InputStream inputStream() {
    return new Input();
  }

  @Override
  public String toString() {
    return "fd " + number.get();
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] b, int off, int len) throws IOException {
      java.util.Objects.checkFromIndexSize(off, len, b.length);
      try {
        Fd.this.write(b, off, len);
      } catch (LinuxException e) {
        throw new IOException(e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      Fd.this.close();
    }
  }

  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      java.util.Objects.checkFromIndexSize(off, len, b.length);
      try {
        return Fd.this.read(b, off, len);
      } catch (LinuxException e) {
        throw new IOException(e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      Fd.this.close();
    }
  }
}
