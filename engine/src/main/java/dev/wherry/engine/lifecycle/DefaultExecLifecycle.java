package dev.wherry.engine.lifecycle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.ProcessStreams;
import dev.wherry.engine.launch.Supervisor.ExecOrder;
import dev.wherry.engine.launch.Supervisor.PreparedExec;
import dev.wherry.engine.launch.Supervisor.StartFailure;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Signals;
import dev.wherry.engine.store.Ids;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Execs, remembered as long as the daemon and their container live. */
public final class DefaultExecLifecycle implements ExecLifecycle {
  /** dockerd's exit code of an exec that could not be started for reasons of its own. */
  private static final int NOT_STARTED = 126;

  private final LifecycleParts parts;
  private final ContainerIndex index;
  private final ContainerEvents events;
  private final RootPreparation roots;
  private final Map<String, Exec> execs = new ConcurrentHashMap<>();

  /**
   * @param index that of the containers
   */
  public DefaultExecLifecycle(LifecycleParts parts, ContainerIndex index) {
    this.parts = parts;
    this.index = index;
    this.events = new ContainerEvents(parts.journal());
    this.roots = new RootPreparation(parts.paths(), parts.ids());
  }

  @Override
  public Exec create(String containerId, ExecSpec spec) {
    Container container = index.get(containerId);
    checkRunning(container);
    if (spec.cmd().isEmpty()) {
      throw new EngineException.InvalidParameter("No exec command specified");
    }
    parts.anticipateMove();
    Exec exec = new Exec(Ids.random(), container.id(), spec, false, false, null, 0);
    execs.put(exec.id(), exec);
    events.tell(container, action("exec_create", spec), attributes(exec));
    return exec;
  }

  @Override
  public Exec get(String id) {
    Exec exec = execs.get(id);
    if (exec == null || index.byId(exec.containerId()).isEmpty()) {
      throw new EngineException.NotFound("No such exec instance: " + id);
    }
    return exec;
  }

  @Override
  public List<String> ofContainer(String containerId) {
    return execs.values().stream()
        .filter(exec -> exec.containerId().equals(containerId))
        .filter(exec -> exec.running() || !exec.started())
        .map(Exec::id)
        .toList();
  }

  @Override
  public Exec startable(String id) {
    Exec exec = get(id);
    checkRunning(index.get(exec.containerId()));
    return exec;
  }

  @Override
  public void setConsoleSize(String id, HostConfig.ConsoleSize size) {
    execs.computeIfPresent(
        id,
        (key, exec) ->
            exec.started()
                ? exec
                : new Exec(
                    id,
                    exec.containerId(),
                    exec.spec().withConsoleSize(size),
                    exec.running(),
                    false,
                    exec.exitCode(),
                    exec.pid()));
  }

  @Override
  public RunningExec start(String id, boolean detached, Consumer<Integer> exited) {
    Exec exec = get(id);
    if (exec.running()) {
      throw new EngineException.Conflict("Error: Exec command " + id + " is already running");
    }
    if (exec.started()) {
      throw new EngineException.Conflict("Error: Exec command " + id + " has already run");
    }
    Container container = index.get(exec.containerId());
    checkRunning(container);
    parts.anticipateMove();
    events.tell(container, action("exec_start", exec.spec()), attributes(exec));
    Exec starting = put(with(exec, true, true, null, 0));
    try {
      ExecOrder order = order(container, starting, detached);
      return new Running(container, starting, order, parts.supervisor().exec(order), exited);
    } catch (LinuxException | EngineException e) {
      failed(starting, NOT_STARTED);
      throw StartSequence.asEngineException(e);
    }
  }

  @Override
  public void kill(String id) {
    Exec exec = execs.get(id);
    if (exec == null || exec.pid() <= 0) {
      return;
    }
    try (Fd handle = parts.processes().pidfdOpen(exec.pid())) {
      // Looked at after the handle was opened: it is the process we mean, or it has ended.
      Exec now = execs.get(id);
      if (now != null && now.running()) {
        parts.processes().pidfdSendSignal(handle, Signals.SIGKILL);
      }
    } catch (LinuxException e) {
      if (!e.is(Errno.ESRCH)) {
        throw StartSequence.asEngineException(e);
      }
    }
  }

  @Override
  public void forgetAll(String containerId) {
    execs.values().removeIf(exec -> exec.containerId().equals(containerId));
  }

  @Override
  public void containerEnded(String containerId) {
    execs.values().removeIf(exec -> exec.containerId().equals(containerId) && !exec.started());
  }

  @Override
  public void forget(String id) {
    execs.computeIfPresent(id, (key, exec) -> exec.running() || !exec.started() ? exec : null);
  }

  private static void checkRunning(Container container) {
    switch (container.state()) {
      case ContainerState.Running ignored -> {
        // As it must be.
      }
      case ContainerState.Paused ignored ->
          throw new EngineException.Conflict(
              "Container " + container.id() + " is paused, unpause the container before exec");
      case ContainerState.Restarting ignored ->
          throw new EngineException.Conflict(
              "Container "
                  + container.id()
                  + " is restarting, wait until the container is running");
      case ContainerState.Created ignored -> throw notRunning(container);
      case ContainerState.Exited ignored -> throw notRunning(container);
      case ContainerState.Removing ignored -> throw notRunning(container);
      case ContainerState.Dead ignored -> throw notRunning(container);
    }
  }

  private static EngineException notRunning(Container container) {
    return new EngineException.Conflict("container " + container.id() + " is not running");
  }

  private ExecOrder order(Container container, Exec exec, boolean detached) {
    ObjectNode process = process(container, exec);
    return new ExecOrder(
        exec.id(),
        container.id(),
        parts.runtimes().get(container.hostConfig().runtime()),
        parts.places().exec(exec.id()),
        process.toString(),
        exec.spec().cmd().getFirst(),
        exec.spec().tty(),
        exec.spec().attachStdin(),
        detached,
        parts.streamOwner(container, process.path("user").path("uid").asLong()));
  }

  private ObjectNode process(Container container, Exec exec) {
    Path rootfs = parts.snapshotter().mount(container.id());
    return parts.specs().exec(container, hostname(container), exec.spec(), roots.accounts(rootfs));
  }

  /** That of the container whose network it shares, if it does. */
  private String hostname(Container container) {
    return NamespaceChoice.networkDonorId(container)
        .flatMap(index::byId)
        .orElse(container)
        .config()
        .hostname();
  }

  private Exec put(Exec exec) {
    // Not if it was forgotten meanwhile, with its container.
    execs.computeIfPresent(exec.id(), (key, old) -> exec);
    return exec;
  }

  private void failed(Exec exec, int code) {
    put(with(exec, false, true, code, 0));
    parts.paths().removeTree(parts.places().exec(exec.id()).directory());
  }

  private static Exec with(
      Exec exec, boolean running, boolean started, @Nullable Integer code, int pid) {
    return new Exec(exec.id(), exec.containerId(), exec.spec(), running, started, code, pid);
  }

  private static String action(String verb, ExecSpec spec) {
    String arguments = String.join(" ", spec.cmd().subList(1, spec.cmd().size()));
    return verb + ": " + spec.cmd().getFirst() + " " + arguments;
  }

  private static Map<String, String> attributes(Exec exec) {
    return Map.of("execID", exec.id());
  }

  private final class Running implements RunningExec {
    private final Container container;
    private final Exec exec;
    private final ExecOrder order;
    private final PreparedExec prepared;
    private final Consumer<Integer> exited;

    Running(
        Container container,
        Exec exec,
        ExecOrder order,
        PreparedExec prepared,
        Consumer<Integer> exited) {
      this.container = container;
      this.exec = exec;
      this.order = order;
      this.prepared = prepared;
      this.exited = exited;
    }

    @Override
    public ProcessStreams streams() {
      return prepared.streams();
    }

    @Override
    public Exec attached() {
      int pid;
      try {
        pid = prepared.proceed(this::ended);
      } catch (StartFailure e) {
        failed(exec, e.failure().exitCode());
        throw e.failure().asException();
      } catch (LinuxException | EngineException e) {
        failed(exec, NOT_STARTED);
        throw StartSequence.asEngineException(e);
      }
      // It may have ended by now.
      return Objects.requireNonNullElse(
          execs.computeIfPresent(
              exec.id(), (key, now) -> with(now, now.running(), true, now.exitCode(), pid)),
          exec);
    }

    private void ended(int code) {
      // At once: attached() may be noting the pid of a process as short as this one.
      execs.computeIfPresent(exec.id(), (key, now) -> with(now, false, true, code, now.pid()));
      exited.accept(code);
      events.tell(
          container, "exec_die", Map.of("execID", exec.id(), "exitCode", Integer.toString(code)));
      parts.paths().removeTree(order.bundle().directory());
    }

    @Override
    public void abort() {
      prepared.abort();
      failed(exec, NOT_STARTED);
    }
  }
}
