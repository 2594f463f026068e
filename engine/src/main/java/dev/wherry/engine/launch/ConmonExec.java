package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.Supervisor.StartFailure;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.linux.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The conversation with the conmon of one exec: it waits for a byte on the start pipe, makes its
 * attach socket and says so on the attach pipe, waits for a second byte, has the runtime run the
 * process, and reports first its pid and later its exit code on the sync pipe.
 */
final class ConmonExec implements Supervisor.PreparedExec {
  private static final Logger LOG = LoggerFactory.getLogger(ConmonExec.class);
  private static final int KILLED = 128 + Signals.SIGKILL;

  private final Supervisor.ExecOrder order;
  private final Processes processes;
  private final FdWatcher watcher;
  private final Duration patience;
  private final Processes.Pipe syncPipe;
  private final Processes.Pipe startPipe;
  private final Processes.Pipe attachPipe;
  private final SyncPipe sync;

  ConmonExec(
      Supervisor.ExecOrder order, Processes processes, FdWatcher watcher, Duration patience) {
    this.order = order;
    this.processes = processes;
    this.watcher = watcher;
    this.patience = patience;
    this.syncPipe = processes.pipe();
    this.startPipe = processes.pipe();
    this.attachPipe = processes.pipe();
    this.sync = new SyncPipe(processes, syncPipe.read());
  }

  /** What conmon is given: sync, start and attach pipe, in this order. */
  Map<Integer, Fd> childEnds(int first) {
    return Map.of(
        first, syncPipe.write(), first + 1, startPipe.read(), first + 2, attachPipe.write());
  }

  /** Returns when the attach socket can be connected. */
  void awaitSocket() {
    syncPipe.write().close();
    startPipe.read().close();
    attachPipe.write().close();
    SyncPipe attach = new SyncPipe(processes, attachPipe.read());
    int data =
        attach
            .await(patience)
            .orElseThrow(() -> new EngineException.Internal("conmon ended without a report"))
            .data();
    if (data < 0) {
      throw new EngineException.Internal("conmon cannot make the attach socket of an exec");
    }
    attach.close();
  }

  /** Lets conmon go on to its next step. */
  void go() {
    startPipe.write().write(new byte[] {'\n'}, 0, 1);
  }

  @Override
  public ProcessStreams streams() {
    return new ProcessStreams.Conmon(order.bundle().attachSocket(), order.bundle().control());
  }

  @Override
  public int proceed(IntConsumer exited) throws StartFailure {
    try {
      go();
      startPipe.write().close();
      SyncPipe.Report report = sync.await(patience).orElse(SyncPipe.Report.NONE);
      if (report.data() < 0) {
        throw new StartFailure(
            RuntimeFailure.ofExec(order.bundle().failure(report), order.command()));
      }
      sync.buffered()
          .ifPresentOrElse(
              ended -> {
                close();
                exited.accept(ended.data());
              },
              () -> watcher.watch(sync.fd(), fd -> goesOn(exited)));
      return report.data();
    } catch (StartFailure | RuntimeException e) {
      close();
      throw e;
    }
  }

  private boolean goesOn(IntConsumer exited) {
    boolean open = sync.fill();
    var report = sync.buffered();
    if (report.isPresent()) {
      exited.accept(report.get().data());
      return false;
    }
    if (!open) {
      // Somebody killed conmon, and with it the process's streams.
      exited.accept(KILLED);
    }
    return open;
  }

  @Override
  public void abort() {
    try {
      String pid = Files.readString(order.bundle().conmonPidFile()).strip();
      if (!pid.isEmpty()) {
        // Its whole group: the child that waits to become the runtime is in it.
        processes.kill(-Integer.parseInt(pid), Signals.SIGKILL);
      }
    } catch (IOException e) {
      LOG.debug("the exec's conmon never came up", e);
    } catch (LinuxException e) {
      if (!e.is(Errno.ESRCH)) {
        throw e;
      }
    } finally {
      close();
    }
  }

  private void close() {
    syncPipe.close();
    startPipe.close();
    attachPipe.close();
  }
}
