package dev.wherry.verticles.container;

import dev.wherry.engine.cgroup.CgroupStats;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerFiles;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.ContainerUpdate;
import dev.wherry.engine.container.ExitStatus;
import dev.wherry.engine.container.Health;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.lifecycle.ContainerLifecycle;
import dev.wherry.engine.lifecycle.NewContainer;
import dev.wherry.engine.lifecycle.PreparedStart;
import dev.wherry.engine.log.LogDriver;
import dev.wherry.engine.log.LogPolicy;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.usage.UsageSample;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * Containers without a kernel: keeps records, writes down what it is told to do ({@link #calls}),
 * and lets a test make a step hang or fail and a process obey signals or end.
 */
final class FakeLifecycle implements ContainerLifecycle, ContainerIndex {
  final List<String> calls = new CopyOnWriteArrayList<>();

  /** Signals that end a process at once, as bare names. */
  final Set<String> obeyed = ConcurrentHashMap.newKeySet();

  private final Map<String, Container> containers = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> hanging = new ConcurrentHashMap<>();
  private final Map<String, RuntimeException> failing = new ConcurrentHashMap<>();
  private volatile BiConsumer<String, ExitStatus> exits = (id, status) -> {};
  private volatile Runnable duringRecovery = () -> {};
  private int made;

  /** How often it was read what a container uses; shown as the host's processor time. */
  final AtomicInteger readings = new AtomicInteger();

  FakeLifecycle() {
    obeyed.addAll(Set.of("KILL", "TERM"));
  }

  /** The next call of this step for this container hangs until the latch is counted down. */
  CountDownLatch hang(String step, String name) {
    CountDownLatch latch = new CountDownLatch(1);
    hanging.put(step + " " + name, latch);
    return latch;
  }

  /** All calls of this step for this container fail. */
  void fail(String step, String name, RuntimeException how) {
    failing.put(step + " " + name, how);
  }

  void succeedAgain() {
    failing.clear();
  }

  void during(Runnable recovery) {
    duringRecovery = recovery;
  }

  /** The process ends by itself. */
  void ends(String name, int exitCode) {
    ends(name, exitCode, Instant.now());
  }

  /** It ends after it has run for a while. */
  void endsAfter(String name, int exitCode, Duration ran) {
    if (get(name).state() instanceof ContainerState.Running running) {
      ends(name, exitCode, running.startedAt().plus(ran));
    }
  }

  private void ends(String name, int exitCode, Instant at) {
    String id = get(name).id();
    Thread.ofPlatform().start(() -> exits.accept(id, new ExitStatus(exitCode, false, at)));
  }

  void put(Container container) {
    containers.put(container.id(), container);
  }

  private void step(String step, String id) {
    String name = get(id).name();
    String call = step + " " + name;
    calls.add(call);
    CountDownLatch latch = hanging.remove(call);
    if (latch != null) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    RuntimeException failure = failing.get(call);
    if (failure != null) {
      throw failure;
    }
  }

  private Container state(String id, ContainerState state) {
    return containers.computeIfPresent(id, (key, old) -> old.withState(state));
  }

  @Override
  public void anticipate() {}

  @Override
  public ContainerIndex index() {
    return this;
  }

  @Override
  public Container get(String ref) {
    return byId(ref)
        .or(() -> byName(ref))
        .orElseThrow(() -> new EngineException.NotFound("No such container: " + ref));
  }

  @Override
  public Optional<Container> byId(String id) {
    return Optional.ofNullable(containers.get(id));
  }

  @Override
  public Optional<Container> byName(String name) {
    return containers.values().stream().filter(c -> c.name().equals(name)).findFirst();
  }

  @Override
  public List<Container> list() {
    return new ArrayList<>(containers.values());
  }

  @Override
  public long version() {
    return 0;
  }

  @Override
  public ContainerFiles files(Container container) {
    return new ContainerFiles("", "", "", "/log/" + container.name(), Map.of());
  }

  @Override
  public LogPlace log(Container container) {
    HostConfig.LogConfig log = container.hostConfig().logConfig();
    return new LogPlace(
        Path.of("/log", container.name()),
        LogPolicy.of(LogDriver.of(log.type()), log.config()),
        Path.of("/ctl", container.name()));
  }

  @Override
  public synchronized Container create(NewContainer request) {
    made++;
    Container container = Samples.container("%064x".formatted(made), request);
    put(container);
    step("create", container.id());
    return container;
  }

  @Override
  public PreparedStart prepareStart(String id) {
    step("prepare", id);
    Container container = get(id);
    if (container.state() instanceof ContainerState.Paused) {
      throw new EngineException.Conflict("cannot start a paused container, try unpause instead");
    }
    if (container.state().isAlive()) {
      throw new EngineException.NotModified("already running");
    }
    return new PreparedStart(
        container, 100, Path.of("/attach", container.name()), Path.of("/ctl", container.name()));
  }

  @Override
  public Container start(PreparedStart prepared) {
    String id = prepared.container().id();
    step("start", id);
    Container before = get(id);
    int restarts = before.state() instanceof ContainerState.Restarting ? before.restartCount() : 0;
    put(before.withStarted(true, false, restarts));
    return state(id, new ContainerState.Running(100, 1, Instant.now()));
  }

  @Override
  public void abortStart(PreparedStart prepared) {
    step("abort", prepared.container().id());
  }

  @Override
  public void signal(String id, String signal) {
    String bare = signal.replaceFirst("^SIG", "");
    step("signal-" + bare, id);
    if (!get(id).state().isAlive()) {
      throw new EngineException.Conflict("container " + id + " is not running");
    }
    if (bare.equals("TERM") && get(id).state() instanceof ContainerState.Paused) {
      unpause(id);
    }
    if (obeyed.contains(bare)) {
      ends(id, bare.equals("KILL") ? 137 : 143);
    }
  }

  @Override
  public AttachPoint attachPoint(String id) {
    String name = get(id).name();
    return new AttachPoint(Path.of("/attach", name), Path.of("/ctl", name));
  }

  @Override
  public void markManuallyStopped(String id) {
    Container container = get(id);
    put(container.withStarted(container.hasBeenStartedBefore(), true, container.restartCount()));
  }

  @Override
  public Container pause(String id) {
    step("pause", id);
    return state(id, new ContainerState.Paused((ContainerState.Running) get(id).state()));
  }

  @Override
  public Container pauseForNow(String id) {
    return pause(id);
  }

  @Override
  public Container unpause(String id) {
    step("unpause", id);
    if (get(id).state() instanceof ContainerState.Paused paused) {
      state(id, paused.running());
    }
    return get(id);
  }

  @Override
  public Container exited(String id, ExitStatus status) {
    step("exited-" + status.exitCode(), id);
    Instant started =
        switch (get(id).state()) {
          case ContainerState.Running running -> running.startedAt();
          case ContainerState.Paused paused -> paused.running().startedAt();
          default -> status.finishedAt();
        };
    return state(
        id,
        new ContainerState.Exited(
            status.exitCode(), status.oomKilled(), "", started, status.finishedAt()));
  }

  @Override
  public Container restarting(String id, int restartCount) {
    step("restarting-" + restartCount, id);
    Container container = get(id);
    put(
        container.withStarted(
            container.hasBeenStartedBefore(), container.hasBeenManuallyStopped(), restartCount));
    return container.state() instanceof ContainerState.Exited exited
        ? state(id, new ContainerState.Restarting(exited))
        : container;
  }

  @Override
  public Container restartCancelled(String id) {
    step("cancelled", id);
    return get(id).state() instanceof ContainerState.Restarting restarting
        ? state(id, restarting.last())
        : get(id);
  }

  @Override
  public Container probed(String id, Health health) {
    return containers.computeIfPresent(id, (key, old) -> old.withHealth(health));
  }

  @Override
  public void tell(Container container, String action, Map<String, String> attributes) {
    calls.add("event " + action + " " + container.name());
  }

  @Override
  public Container rename(String id, String newName) {
    step("rename-" + newName, id);
    return containers.computeIfPresent(id, (key, old) -> old.withName(newName));
  }

  @Override
  public Container unlink(String id, String alias) {
    throw new UnsupportedOperationException("unlink");
  }

  @Override
  public Container connect(String id, String network, Attachment.Request request) {
    throw new UnsupportedOperationException("connect");
  }

  @Override
  public Container disconnect(String id, String network, boolean force) {
    throw new UnsupportedOperationException("disconnect");
  }

  @Override
  public Container update(String id, ContainerUpdate change) {
    step("update", id);
    return containers.computeIfPresent(
        id, (key, old) -> old.withHostConfig(change.appliedTo(old.hostConfig())));
  }

  @Override
  public void remove(String id, boolean volumes) {
    step(volumes ? "remove-v" : "remove", id);
    if (get(id).state().isAlive()) {
      throw new EngineException.Conflict("it is alive");
    }
    containers.remove(id);
  }

  @Override
  public ProcessTable top(String id, List<String> psArgs) {
    return new ProcessTable(psArgs, List.of());
  }

  @Override
  public Optional<UsageSample> usage(String id) {
    step("usage", id);
    return get(id).state().isAlive()
        ? Optional.of(
            new UsageSample(
                Instant.now(), 1, CgroupStats.NONE, readings.incrementAndGet(), 2, 3, Map.of()))
        : Optional.empty();
  }

  @Override
  public DiskUsage diskUsage(String id) {
    get(id);
    return new DiskUsage(10, 100);
  }

  @Override
  public void recover(BiConsumer<String, ExitStatus> newExits) {
    exits = newExits;
    duringRecovery.run();
    calls.add("recovered");
  }

  /** Tells of an exit in the calling thread, as recovery does. */
  void tellExit(String id, int exitCode) {
    exits.accept(id, new ExitStatus(exitCode, false, Instant.now()));
  }

  @Override
  public void close() {
    calls.add("close");
  }
}
