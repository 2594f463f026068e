package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.Supervisor.StartFailure;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.linux.Signals;
import dev.wherry.engine.linux.SpawnSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An exec whose runtime stays its parent and ends with its exit code; for crun, which writes the
 * process's pid without a detour through another file (runc renames one) and a log of its own.
 * There are no files: the process's configuration lies in memory, pid and log are pipes, all of
 * them handed over by number. It outlives the daemon, its exit code and later output do not.
 */
final class RuntimeExec implements Supervisor.PreparedExec {
  private static final int PROCESS_FD = 3;
  private static final int PID_FD = 4;
  private static final int LOG_FD = 5;
  private static final int MAX_LOG = 64 * 1024;
  private static final int MAX_PID = 16;

  private final Supervisor.ExecOrder order;
  private final Processes processes;
  private final FdWatcher watcher;
  private final Duration patience;

  /** What the child has open, by its numbers there; closed here once it runs. */
  private final Map<Integer, Fd> theirs = new HashMap<>();

  /** What is open, theirs and ours. */
  private final List<Fd> opened = new ArrayList<>();

  private final Fd pidPipe;
  private final Fd log;
  private final ProcessStreams streams;
  private int runtime;
  private @Nullable Fd handle;

  RuntimeExec(
      Supervisor.ExecOrder order, Processes processes, FdWatcher watcher, Duration patience) {
    this.order = order;
    this.processes = processes;
    this.watcher = watcher;
    this.patience = patience;
    try {
      byte[] process = order.process().getBytes(StandardCharsets.UTF_8);
      theirs.put(PROCESS_FD, opened(processes.memoryFile("process.json", process)));
      pidPipe = output(PID_FD);
      log = output(LOG_FD);
      streams = order.detached() ? new ProcessStreams.None() : pipes();
    } catch (RuntimeException e) {
      opened.forEach(Fd::close);
      throw e;
    }
  }

  private Fd opened(Fd fd) {
    opened.add(fd);
    return fd;
  }

  private Fd output(int number) {
    Processes.Pipe pipe = processes.outputPipe();
    theirs.put(number, opened(pipe.write()));
    return opened(pipe.read());
  }

  private Fd standardOutput(int number) {
    Fd output = output(number);
    order.owner().ifPresent(owner -> output.chown(owner.uid(), owner.gid()));
    return output;
  }

  private ProcessStreams pipes() {
    Optional<ProcessPipe> stdin = Optional.empty();
    if (order.stdin()) {
      Processes.Pipe pipe = processes.inputPipe();
      theirs.put(0, opened(pipe.read()));
      order.owner().ifPresent(owner -> pipe.read().chown(owner.uid(), owner.gid()));
      stdin = Optional.of(ProcessPipe.input(watcher, opened(pipe.write())));
    }
    return new ProcessStreams.Pipes(
        stdin,
        ProcessPipe.output(watcher, standardOutput(1)),
        ProcessPipe.output(watcher, standardOutput(2)));
  }

  /**
   * Has the runtime begin.
   *
   * @param root the runtime's state
   */
  void spawn(Path program, Path root) {
    List<String> argv = new ArrayList<>(List.of(order.runtime().path().toString()));
    argv.addAll(order.runtime().arguments());
    argv.addAll(List.of("--root", root.toString(), "--log-format", "json"));
    argv.addAll(List.of("--log", inherited(LOG_FD), "exec"));
    argv.addAll(List.of("--process", inherited(PROCESS_FD), "--pid-file", inherited(PID_FD)));
    argv.add(order.containerId());
    SpawnSpec spec =
        SpawnSpec.of(program, argv)
            .withEnvironment(RuntimeCommand.ENVIRONMENT)
            .withDescriptors(theirs)
            .withNewSession();
    try {
      runtime = processes.spawn(spec);
      handle = processes.pidfdOpen(runtime);
    } catch (LinuxException e) {
      closeAll();
      throw new EngineException.Internal("cannot run " + program + ": " + e.getMessage(), e);
    } finally {
      theirs.values().forEach(Fd::close);
    }
  }

  private static String inherited(int number) {
    return "/proc/self/fd/" + number;
  }

  @Override
  public ProcessStreams streams() {
    return streams;
  }

  @Override
  public int proceed(IntConsumer exited) throws StartFailure {
    Optional<Integer> pid = awaitPid();
    pidPipe.close();
    if (pid.isEmpty()) {
      String said = said();
      reap();
      close();
      throw new StartFailure(RuntimeFailure.ofExec(said, order.command()));
    }
    log.close();
    watcher.watch(
        Objects.requireNonNull(handle),
        ended -> {
          exited.accept(reap());
          return false;
        });
    return pid.get();
  }

  /** Empty if the runtime ended without having started the process. */
  private Optional<Integer> awaitPid() {
    if (processes.poll(pidPipe, Processes.POLLIN, patience) == 0) {
      kill();
      close();
      throw Children.hangs(order.runtime().path().toString(), patience);
    }
    return readPid();
  }

  private Optional<Integer> readPid() {
    byte[] digits = new byte[MAX_PID];
    int read = pidPipe.readNow(digits, 0, digits.length);
    return read <= 0
        ? Optional.empty()
        : Optional.of(
            Integer.valueOf(new String(digits, 0, read, StandardCharsets.US_ASCII).strip()));
  }

  private String said() {
    byte[] bytes = new byte[MAX_LOG];
    int read = log.readNow(bytes, 0, bytes.length);
    return new String(bytes, 0, Math.max(0, read), StandardCharsets.UTF_8);
  }

  private int reap() {
    return processes.waitpid(runtime).shellCode();
  }

  @Override
  public void abort() {
    kill();
    closeAll();
  }

  /** The process may be the container's already, and not of the runtime's group any more. */
  private void kill() {
    readPid().ifPresent(this::killProcess);
    Children.kill(processes, runtime);
  }

  private void killProcess(int pid) {
    try {
      processes.kill(pid, Signals.SIGKILL);
    } catch (LinuxException e) {
      if (!e.is(Errno.ESRCH)) {
        throw e;
      }
    }
  }

  /** All but the streams: who connected them closes them at their end. */
  private void close() {
    pidPipe.close();
    log.close();
    if (handle != null) {
      handle.close();
    }
  }

  private void closeAll() {
    close();
    opened.forEach(Fd::close);
  }
}
