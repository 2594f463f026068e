package dev.wherry.engine.launch;

import dev.wherry.engine.cgroup.Cgroup;
import dev.wherry.engine.cgroup.Cgroups;
import dev.wherry.engine.cgroup.OomNotice;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.ProcessStat;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.linux.Signals;
import dev.wherry.engine.linux.SpawnSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Supervision by conmon(8), one per container and per exec with a terminal, or of any runtime but
 * crun; the others have their runtime for it.
 */
public final class ConmonSupervisor implements Supervisor {
  private static final Logger LOG = LoggerFactory.getLogger(ConmonSupervisor.class);

  private static final int SYNC_FD = 3;
  private static final int PRIVATE = 0700;

  private final Path conmon;
  private final Path exitDirectory;
  private final Processes processes;
  private final Paths paths;
  private final Cgroups cgroups;
  private final FdWatcher watcher;
  private final Patience patience;
  private final RuntimeCommand commands;
  private final Map<Path, SealedProgram> sealed = new ConcurrentHashMap<>();

  /**
   * @param conmon the program
   * @param exitDirectory where exit codes are written, a file per container
   * @param runtimeRoot holds a directory of state for each runtime
   */
  public ConmonSupervisor(
      Path conmon,
      Path exitDirectory,
      Path runtimeRoot,
      Processes processes,
      Paths paths,
      Cgroups cgroups,
      FdWatcher watcher,
      Patience patience) {
    this.conmon = conmon;
    this.exitDirectory = exitDirectory;
    this.processes = processes;
    this.paths = paths;
    this.cgroups = cgroups;
    this.watcher = watcher;
    this.patience = patience;
    this.commands = new RuntimeCommand(processes, runtimeRoot, patience.command());
  }

  @Override
  public Supervised create(Order order) throws StartFailure {
    removeRemains(order);
    Processes.Pipe pipe = processes.pipe();
    SyncPipe sync = new SyncPipe(processes, pipe.read());
    try {
      reap(spawn(containerArguments(order), Map.of(SYNC_FD, pipe.write()), order.bundle()));
      pipe.write().close();
      SyncPipe.Report report = sync.await(patience.create()).orElse(SyncPipe.Report.NONE);
      if (report.data() < 0) {
        throw new StartFailure(
            RuntimeFailure.ofContainer(order.bundle().failure(report), order.command()));
      }
      long startTime = processes.stat(report.data()).map(ProcessStat::startTime).orElse(0L);
      return new WatchedSupervised(watcher, report.data(), startTime, sync.fd(), fd -> sync.fill());
    } catch (StartFailure | RuntimeException e) {
      pipe.close();
      destroyAfter(e, order);
      throw e;
    }
  }

  /** What a delete that hung or failed has left; the runtime refuses the name otherwise. */
  private void removeRemains(Order order) {
    if (order.runtime().kind() == OciRuntime.Kind.OTHER
        && Files.exists(commands.state(order.runtime(), order.id()))) {
      commands.run(order.runtime(), "delete", "--force", order.id());
    }
  }

  private void destroyAfter(Exception failure, Order order) {
    try {
      destroy(order);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void start(Order order) throws StartFailure {
    if (fifo(order).release(order.runtime().kind())) {
      return;
    }
    RuntimeCommand.Result result = commands.run(order.runtime(), "start", order.id());
    if (result.code() != 0) {
      throw new StartFailure(RuntimeFailure.ofContainer(result.output(), order.command()));
    }
  }

  @Override
  public boolean waitsForStart(Order order) {
    return order.runtime().kind() != OciRuntime.Kind.OTHER && fifo(order).exists();
  }

  private StartFifo fifo(Order order) {
    Path state = commands.state(order.runtime(), order.id());
    return new StartFifo(state.resolve("exec.fifo"), paths, processes);
  }

  @Override
  public void delete(Order order) {
    switch (order.runtime().kind()) {
      // Both keep nothing but a directory of state and the control group.
      case RUNC, CRUN -> {
        cgroups.at(order.cgroup()).remove();
        paths.removeTree(commands.state(order.runtime(), order.id()));
      }
      case OTHER -> {
        try {
          commands.run(order.runtime(), "delete", "--force", order.id());
        } finally {
          cgroups.at(order.cgroup()).remove();
        }
      }
    }
  }

  @Override
  public void destroy(Order order) {
    killSupervisor(order.bundle(), order.id());
    Cgroup group = cgroups.at(order.cgroup());
    if (group.isFrozen()) {
      group.thaw();
    }
    group.kill();
    delete(order);
  }

  @Override
  public Optional<Supervised> adopt(Order order, int pid, long startTime) {
    Optional<Integer> supervisor = conmonPid(order.bundle(), order.id());
    if (supervisor.isEmpty()) {
      return Optional.empty();
    }
    try {
      Fd handle = processes.pidfdOpen(supervisor.get());
      if (conmonPid(order.bundle(), order.id()).isEmpty()) {
        handle.close();
        return Optional.empty();
      }
      // A process handle becomes readable when its process has ended.
      return Optional.of(new WatchedSupervised(watcher, pid, startTime, handle, fd -> false));
    } catch (LinuxException e) {
      if (e.is(Errno.ESRCH)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Watch watchOom(Order order, LongConsumer kills) {
    Cgroup group = cgroups.at(order.cgroup());
    OomNotice notice = group.oomNotice(paths, processes).orElse(null);
    if (notice == null) {
      return () -> {};
    }
    KillCount count = new KillCount(group::oomKills, group::exists, kills);
    long token =
        watcher.watch(
            notice.fd(),
            notice.mask(),
            ready -> {
              notice.taken().accept(ready);
              count.noticed();
              return group.exists();
            });
    return () -> watcher.forget(token);
  }

  @Override
  public PreparedExec exec(ExecOrder order) {
    return order.runtime().kind() == OciRuntime.Kind.CRUN && !order.terminal()
        ? execByRuntime(order)
        : execByConmon(order);
  }

  private PreparedExec execByRuntime(ExecOrder order) {
    RuntimeExec exec = new RuntimeExec(order, processes, watcher, patience.exec());
    exec.spawn(program(order.runtime()), commands.root(order.runtime()));
    return exec;
  }

  private PreparedExec execByConmon(ExecOrder order) {
    writeProcess(order);
    ConmonExec exec = new ConmonExec(order, processes, watcher, patience.exec());
    try {
      int child = spawn(execArguments(order), exec.childEnds(SYNC_FD), order.bundle());
      // It forks only when told to go on.
      exec.go();
      reap(child);
      exec.awaitSocket();
      // The runtime that conmon becomes waits, with the pipes open.
      order.owner().ifPresent(owner -> ownStreams(order, owner));
      return exec;
    } catch (RuntimeException e) {
      exec.abort();
      throw e;
    }
  }

  private void ownStreams(ExecOrder order, StreamOwner owner) {
    conmonPid(order.bundle(), order.id())
        .ifPresent(pid -> processes.ownPipes(pid, owner.uid(), owner.gid()));
  }

  private void writeProcess(ExecOrder order) {
    paths.mkdir(order.bundle().directory(), PRIVATE);
    try {
      Files.writeString(order.bundle().process(), order.process());
    } catch (IOException e) {
      throw new EngineException.Internal(
          "cannot write " + order.bundle().process() + ": " + e.getMessage(), e);
    }
  }

  private List<String> containerArguments(Order order) {
    List<String> argv = arguments(order.runtime(), order.id(), order.id(), order.bundle());
    add(argv, "--name", order.name());
    add(argv, "--exit-dir", exitDirectory.toString());
    order.logs().forEach(log -> add(argv, "--log-path", log));
    add(argv, "--no-sync-log");
    if (order.terminal()) {
      add(argv, "--terminal");
    }
    if (order.stdin()) {
      add(argv, "--stdin");
    }
    if (order.leaveStdinOpen()) {
      add(argv, "--leave-stdin-open");
    }
    return argv;
  }

  private List<String> execArguments(ExecOrder order) {
    List<String> argv = arguments(order.runtime(), order.containerId(), order.id(), order.bundle());
    add(argv, "--exec", "--exec-attach");
    add(argv, "--exec-process-spec", order.bundle().process().toString());
    add(argv, "--log-path", "none");
    if (order.terminal()) {
      add(argv, "--terminal");
    }
    // Nobody would end it: without, it is at its end.
    if (order.stdin() && (order.terminal() || !order.detached())) {
      add(argv, "--stdin");
    }
    return argv;
  }

  private List<String> arguments(OciRuntime runtime, String id, String uuid, Bundle bundle) {
    List<String> argv = new ArrayList<>();
    add(argv, conmon.toString(), "--api-version", "1");
    add(argv, "--cid", id, "--cuuid", uuid);
    add(argv, "--runtime", program(runtime).toString());
    runtime.arguments().forEach(argument -> add(argv, "--runtime-arg", argument));
    add(argv, "--runtime-arg", "--root", "--runtime-arg", commands.root(runtime).toString());
    add(argv, "--runtime-arg", "--log-format=json");
    add(argv, "--runtime-arg", "--log=" + bundle.runtimeLog());
    add(argv, "--bundle", bundle.directory().toString());
    add(argv, "--container-pidfile", bundle.pidFile().toString());
    add(argv, "--conmon-pidfile", bundle.conmonPidFile().toString());
    add(argv, "--full-attach");
    return argv;
  }

  private Path program(OciRuntime runtime) {
    return switch (runtime.kind()) {
      case CRUN ->
          sealed.computeIfAbsent(runtime.path(), file -> new SealedProgram(processes, file)).path();
      case RUNC, OTHER -> runtime.path();
    };
  }

  private static void add(List<String> argv, String... words) {
    argv.addAll(List.of(words));
  }

  private int spawn(List<String> argv, Map<Integer, Fd> pipes, Bundle bundle) {
    Map<String, String> environment = new HashMap<>(RuntimeCommand.ENVIRONMENT);
    List<String> names = List.of("_OCI_SYNCPIPE", "_OCI_STARTPIPE", "_OCI_ATTACHPIPE");
    for (int i = 0; i < pipes.size(); i++) {
      environment.put(names.get(i), Integer.toString(SYNC_FD + i));
    }
    SpawnSpec spec =
        SpawnSpec.of(conmon, argv)
            .withEnvironment(environment)
            .withWorkingDirectory(bundle.directory())
            .withDescriptors(pipes)
            .withNewSession();
    try {
      return processes.spawn(spec);
    } catch (LinuxException e) {
      throw new EngineException.Internal("cannot run " + conmon + ": " + e.getMessage(), e);
    }
  }

  /** Waits for the child that only forks the real supervisor. */
  private void reap(int child) {
    int code = Children.await(processes, child, conmon.toString(), patience.fork()).shellCode();
    if (code != 0) {
      LOG.warn("conmon ended with code {}", code);
    }
  }

  /** The pid that the bundle names, if a conmon of this container still has it. */
  private Optional<Integer> conmonPid(Bundle bundle, String id) {
    try {
      String text = Files.readString(bundle.conmonPidFile()).strip();
      if (text.isEmpty()) {
        return Optional.empty();
      }
      String command = Files.readString(Path.of("/proc", text, "cmdline"));
      return command.contains(conmon.toString()) && command.contains(id)
          ? Optional.of(Integer.valueOf(text))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      // ESRCH: it ended while we looked.
      LOG.debug("no supervisor", e);
      return Optional.empty();
    }
  }

  private void killSupervisor(Bundle bundle, String id) {
    conmonPid(bundle, id)
        .ifPresent(
            pid -> {
              try {
                // Its whole group, with a runtime that may still be at work in it.
                processes.kill(-pid, Signals.SIGKILL);
              } catch (LinuxException e) {
                if (!e.is(Errno.ESRCH)) {
                  throw e;
                }
              }
            });
  }
}
