package dev.wherry.engine.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** {@link Processes} by posix_spawn(3), pidfds and procfs. */
public final class LinuxProcesses implements Processes {
  private static final int WNOHANG = 1;
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int MFD_NOEXEC_SEAL = 8;
  private static final int MFD_EXEC = 0x10;
  private static final int F_ADD_SEALS = 1033;

  /** F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_WRITE. */
  private static final int SEALS = 0xF;

  private static final int EFD_NONBLOCK = OpenFlags.O_NONBLOCK;

  @Override
  public int spawn(SpawnSpec spec) {
    return Spawner.spawn(spec);
  }

  @Override
  public WaitStatus waitpid(int pid) {
    long result;
    CallState c = CallState.current();
    do {
      result = c.call(SystemCall.SYS_wait4, pid, c.struct().address(), 0, 0);
    } while (result == -Errno.EINTR.number());
    FileCalls.check(result, "waitpid", Integer.toString(pid));
    return WaitStatus.of(c.struct().get(ValueLayout.JAVA_INT, 0));
  }

  @Override
  public Optional<WaitStatus> tryWaitpid(int pid) {
    CallState c = CallState.current();
    long result = c.call(SystemCall.SYS_wait4, pid, c.struct().address(), WNOHANG, 0);
    FileCalls.check(result, "waitpid", Integer.toString(pid));
    return result == 0
        ? Optional.empty()
        : Optional.of(WaitStatus.of(c.struct().get(ValueLayout.JAVA_INT, 0)));
  }

  @Override
  public Fd pidfdOpen(int pid) {
    long fd = CallState.current().call(SystemCall.SYS_pidfd_open, pid, 0);
    return new Fd((int) FileCalls.check(fd, "pidfd_open", Integer.toString(pid)));
  }

  @Override
  public void pidfdSendSignal(Fd pidfd, int signal) {
    long result =
        CallState.current().call(SystemCall.SYS_pidfd_send_signal, pidfd.number(), signal, 0, 0);
    FileCalls.check(result, "pidfd_send_signal", Integer.toString(signal));
  }

  @Override
  public void kill(int pid, int signal) {
    long result = CallState.current().call(SystemCall.SYS_kill, pid, signal);
    FileCalls.check(result, "kill", pid + " with signal " + signal);
  }

  @Override
  public Optional<ProcessStat> stat(int pid) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc", Integer.toString(pid), "stat"));
      return Optional.of(ProcessStat.parse(FileNames.decode(bytes)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      if (e.getMessage() != null && e.getMessage().contains(Errno.ESRCH.text())) {
        return Optional.empty(); // it ended between open and read
      }
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Pipe pipe() {
    return pipe(OpenFlags.O_CLOEXEC);
  }

  private static Pipe pipe(int flags) {
    CallState c = CallState.current();
    MemorySegment ends = c.struct();
    long result = c.call(SystemCall.SYS_pipe2, ends.address(), flags);
    FileCalls.check(result, "pipe2", "");
    return new Pipe(
        new Fd(ends.get(ValueLayout.JAVA_INT, 0)), new Fd(ends.get(ValueLayout.JAVA_INT, 4)));
  }

  @Override
  public Pipe outputPipe() {
    Pipe pipe = pipe(OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK);
    try (Fd write = pipe.write()) {
      return new Pipe(pipe.read(), reopen(write, OpenFlags.O_RDWR));
    } catch (RuntimeException e) {
      pipe.close();
      throw e;
    }
  }

  @Override
  public Pipe inputPipe() {
    Pipe pipe = pipe(OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK);
    try (Fd read = pipe.read()) {
      return new Pipe(reopen(read, OpenFlags.O_RDONLY), pipe.write());
    } catch (RuntimeException e) {
      pipe.close();
      throw e;
    }
  }

  /**
   * Whether an end waits belongs to its opening, not to the pipe: proc(5), {@code /proc/PID/fd}.
   */
  private static Fd reopen(Fd fd, int flags) {
    return new Fd(
        FileCalls.openat(
            OpenFlags.AT_FDCWD, "/proc/self/fd/" + fd.number(), flags | OpenFlags.O_CLOEXEC, 0));
  }

  @Override
  public Fd memoryFile(String name, byte[] content) {
    return memoryFile(name, content, MFD_NOEXEC_SEAL);
  }

  private static Fd memoryFile(String name, byte[] content, int execution) {
    Fd file = memfdCreate(name, execution);
    try {
      file.write(content, 0, content.length);
      return file;
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public Fd sealedCopy(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new LinuxException(Errno.EIO, "read", file.toString());
    }
    Fd copy = memoryFile(String.valueOf(file.getFileName()), bytes, MFD_EXEC);
    try {
      long sealed =
          CallState.current().call(SystemCall.SYS_fcntl, copy.number(), F_ADD_SEALS, SEALS);
      FileCalls.check(sealed, "fcntl F_ADD_SEALS", file.toString());
      return copy;
    } catch (RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  /**
   * @param execution whether it may be executed
   */
  private static Fd memfdCreate(String name, int execution) {
    CallState c = CallState.current();
    int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    try (Arena arena = Arena.ofConfined()) {
      long text = arena.allocateFrom(name).address();
      // Said expressly, as a system may insist on it; older kernels know no such.
      long fd = c.call(SystemCall.SYS_memfd_create, text, flags | execution);
      if (fd == -Errno.EINVAL.number()) {
        fd = c.call(SystemCall.SYS_memfd_create, text, flags);
      }
      return new Fd((int) FileCalls.check(fd, "memfd_create", name));
    }
  }

  @Override
  public Fd eventfd(boolean nonBlocking) {
    int flags = OpenFlags.O_CLOEXEC | (nonBlocking ? EFD_NONBLOCK : 0);
    long fd = CallState.current().call(SystemCall.SYS_eventfd2, 0, flags);
    return new Fd((int) FileCalls.check(fd, "eventfd", ""));
  }

  @Override
  public int poll(Fd fd, int events, Duration timeout) {
    CallState c = CallState.current();
    MemorySegment s = c.struct();
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      long left = Math.max(0, deadline - System.nanoTime());
      s.set(ValueLayout.JAVA_INT, 0, fd.number());
      s.set(ValueLayout.JAVA_SHORT, 4, (short) events);
      s.set(ValueLayout.JAVA_SHORT, 6, (short) 0);
      s.set(ValueLayout.JAVA_LONG, 8, left / 1_000_000_000);
      s.set(ValueLayout.JAVA_LONG, 16, left % 1_000_000_000);
      long result = c.call(SystemCall.SYS_ppoll, s.address(), 1, s.address() + 8, 0, 0);
      if (result != -Errno.EINTR.number()) {
        FileCalls.check(result, "poll", fd.toString());
        return result == 0 ? 0 : s.get(ValueLayout.JAVA_SHORT, 6);
      }
    }
  }

  @Override
  public void ownPipes(int pid, int uid, int gid) {
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(Path.of("/proc", Integer.toString(pid), "fd"))) {
      for (Path open : all) {
        if (Files.readSymbolicLink(open).toString().startsWith("pipe:")) {
          FileCalls.fchownat(OpenFlags.AT_FDCWD, open.toString(), uid, gid, 0);
        }
      }
    } catch (NoSuchFileException e) {
      throw new LinuxException(Errno.ESRCH, "pipes of process", Integer.toString(pid));
    } catch (IOException | DirectoryIteratorException e) {
      throw new LinuxException(Errno.EIO.number(), "pipes of process", "" + pid, "" + e);
    }
  }

  @Override
  public int umask(int mask) {
    return (int) CallState.current().call(SystemCall.SYS_umask, mask);
  }

  @Override
  public int geteuid() {
    return (int) CallState.current().call(SystemCall.SYS_geteuid, 0);
  }

  @Override
  public int getpid() {
    return (int) CallState.current().call(SystemCall.SYS_getpid, 0);
  }

  @Override
  public boolean hasX32() {
    int call = SystemCall.X32_SYSCALL_BIT | SystemCall.SYS_geteuid;
    return !SystemCall.AARCH64 && CallState.current().call(call, 0) >= 0;
  }
}
