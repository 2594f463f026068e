package dev.wherry.engine.lifecycle;

import dev.wherry.engine.cgroup.Cgroup;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerFiles;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.ContainerState.Running;
import dev.wherry.engine.container.ContainerUpdate;
import dev.wherry.engine.container.ExitStatus;
import dev.wherry.engine.container.Health;
import dev.wherry.engine.container.LiveContainerIndex;
import dev.wherry.engine.container.SignalNumber;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.Bundle;
import dev.wherry.engine.launch.ExitFiles;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.ProcessStat;
import dev.wherry.engine.linux.Signals;
import dev.wherry.engine.log.LogDriver;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.NetworkFiles;
import dev.wherry.engine.ps.PsTable;
import dev.wherry.engine.snapshot.Snapshotter;
import dev.wherry.engine.usage.UsageSample;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Containers under the supervisor of {@link LifecycleParts}, their records in its store. */
public final class DefaultContainerLifecycle implements ContainerLifecycle {
  private static final int MODE = 0711;

  private final LifecycleParts parts;
  private final Records records;
  private final ContainerNames names = new ContainerNames();
  private final Orders orders;
  private final ContainerEvents events;
  private final ExitWatch exits;
  private final CreateContainer creation;
  private final Starts starts;
  private final Endings endings;
  private final Removal removal;
  private final Recovery recovery;
  private final Updates updates;
  private final Usages usages;
  private final NetworkChanges networkChanges;

  /** Reads the records; {@link #recover} must be called before anything else. */
  public DefaultContainerLifecycle(LifecycleParts parts) {
    this.parts = parts;
    parts.places().directories().forEach(directory -> parts.paths().mkdirs(directory, MODE));
    parts.ids().letThrough(parts.paths(), parts.places().containers());
    LiveContainerIndex index = new LiveContainerIndex();
    this.records = new Records(index, parts.store());
    for (Container container : parts.store().loadAll().values()) {
      index.put(container);
      names.reserve(container.name(), container.id());
    }
    this.orders = new Orders(parts.places(), parts.runtimes(), parts.settings().cgroupParent());
    this.events = new ContainerEvents(parts.journal());
    OomWatch ooms = new OomWatch(parts.supervisor(), records, events, parts.parallel());
    this.exits = new ExitWatch(new ExitFiles(parts.places().exits()), parts.cgroups(), ooms);
    Teardown teardown = new Teardown(parts, index);
    this.creation = new CreateContainer(parts, records, names, events);
    EtcFiles etc =
        new EtcFiles(
            parts.places(),
            parts.networks(),
            index,
            parts.settings().resolver(),
            file -> parts.ids().own(parts.paths(), file));
    this.starts = new Starts(parts, records, orders, events, teardown, exits, ooms, etc);
    this.networkChanges = new NetworkChanges(parts.networks(), records, etc, parts.names());
    this.endings = new Endings(records, orders, events, teardown, exits, ooms);
    this.removal = new Removal(parts, records, names, orders, events, teardown, exits);
    this.recovery = new Recovery(parts, records, orders, teardown, removal, exits, ooms);
    this.updates = new Updates(parts.cgroups(), records, orders, events);
    this.usages = new Usages(parts, records.index(), orders);
  }

  @Override
  public ContainerIndex index() {
    return records.index();
  }

  @Override
  public ContainerFiles files(Container container) {
    String id = container.id();
    NetworkFiles.Location etc = NetworkFiles.Location.in(parts.places().container(id));
    boolean started = container.hasBeenStartedBefore();
    // As with dockerd, the local driver's files are its own affair.
    boolean logged =
        started
            && LogDriver.find(container.hostConfig().logConfig().type())
                .filter(driver -> driver == LogDriver.JSON_FILE)
                .isPresent();
    return new ContainerFiles(
        started ? etc.resolvConf().toString() : "",
        started ? etc.hostname().toString() : "",
        started ? etc.hosts().toString() : "",
        logged ? parts.places().log(id).toString() : "",
        graphDriver(id));
  }

  private Map<String, String> graphDriver(String id) {
    Map<String, String> data = new LinkedHashMap<>();
    Snapshotter.Layout layout;
    try {
      layout = parts.snapshotter().layout(id);
    } catch (EngineException.NotFound e) {
      // It is just being removed.
      return data;
    }
    putIfThere(data, "LowerDir", layout.lowerDir());
    putIfThere(data, "MergedDir", layout.mergedDir());
    putIfThere(data, "UpperDir", layout.upperDir());
    putIfThere(data, "WorkDir", layout.workDir());
    return data;
  }

  private static void putIfThere(Map<String, String> data, String name, @Nullable String value) {
    if (value != null) {
      data.put(name, value);
    }
  }

  @Override
  public LogPlace log(Container container) {
    return orders.log(container);
  }

  @Override
  public void anticipate() {
    parts.anticipateMove();
  }

  @Override
  public Container create(NewContainer request) {
    return creation.create(request);
  }

  @Override
  public PreparedStart prepareStart(String id) {
    return starts.prepare(id);
  }

  @Override
  public Container start(PreparedStart prepared) {
    return starts.start(prepared);
  }

  @Override
  public void abortStart(PreparedStart prepared) {
    starts.abort(prepared);
  }

  @Override
  public void signal(String id, String signal) {
    int number = SignalNumber.parse(signal);
    Container container = records.index().get(id);
    Running process = alive(container);
    send(process, number);
    events.tell(container, "kill", Map.of("signal", Integer.toString(number)));
    if (container.state() instanceof ContainerState.Paused) {
      letDie(container, number);
    }
  }

  /** A frozen process acts on no signal: what is meant to end it also lets it go on. */
  private void letDie(Container container, int number) {
    String stop = container.config().stopSignal();
    int stopNumber = stop == null || stop.isEmpty() ? Signals.SIGTERM : SignalNumber.parse(stop);
    if (number == Signals.SIGKILL) {
      cgroup(container).thaw();
    } else if (number == stopNumber) {
      unpause(container.id());
    }
  }

  private void send(Running process, int number) {
    try (Fd handle = parts.processes().pidfdOpen(process.pid())) {
      Optional<ProcessStat> stat = parts.processes().stat(process.pid());
      // Looked at after the handle was opened: it is the process we mean, or it has ended.
      if (stat.isPresent() && stat.get().startTime() == process.pidStartTime()) {
        parts.processes().pidfdSendSignal(handle, number);
      }
    } catch (LinuxException e) {
      if (!e.is(Errno.ESRCH)) {
        throw new EngineException.Internal(String.valueOf(e.getMessage()), e);
      }
      // It has just ended; its exit is on its way to us.
    }
  }

  @Override
  public AttachPoint attachPoint(String id) {
    Container container = records.index().get(id);
    alive(container);
    Bundle bundle = parts.places().bundle(container.id());
    return new AttachPoint(bundle.attachSocket(), bundle.control());
  }

  @Override
  public void markManuallyStopped(String id) {
    Container container = records.index().get(id);
    if (!container.hasBeenManuallyStopped()) {
      records.save(
          container.withStarted(container.hasBeenStartedBefore(), true, container.restartCount()));
    }
  }

  @Override
  public Container pause(String id) {
    return pause(records.index().get(id), records::save);
  }

  @Override
  public Container pauseForNow(String id) {
    // On disk it runs on, and recovery lets go on what runs.
    return pause(records.index().get(id), records::show);
  }

  private Container pause(Container container, UnaryOperator<Container> record) {
    return switch (container.state()) {
      case ContainerState.Running running -> {
        cgroup(container).freeze();
        Container paused = record.apply(container.withState(new ContainerState.Paused(running)));
        events.tell(paused, "pause");
        yield paused;
      }
      case ContainerState.Paused ignored ->
          throw new EngineException.Conflict("Container " + container.id() + " is already paused");
      case ContainerState.Restarting ignored ->
          throw new EngineException.Conflict(
              "Container "
                  + container.id()
                  + " is restarting, wait until the container is running");
      case ContainerState.Created ignored -> throw notRunning(container);
      case ContainerState.Exited ignored -> throw notRunning(container);
      case ContainerState.Removing ignored -> throw notRunning(container);
      case ContainerState.Dead ignored -> throw notRunning(container);
    };
  }

  @Override
  public Container unpause(String id) {
    Container container = records.index().get(id);
    if (!(container.state() instanceof ContainerState.Paused paused)) {
      throw new EngineException.Conflict("Container " + container.id() + " is not paused");
    }
    cgroup(container).thaw();
    Container running = records.save(container.withState(paused.running()));
    events.tell(running, "unpause");
    return running;
  }

  @Override
  public Container exited(String id, ExitStatus status) {
    return endings.exited(id, status);
  }

  @Override
  public Container restarting(String id, int restartCount) {
    return endings.restarting(id, restartCount);
  }

  @Override
  public Container restartCancelled(String id) {
    return endings.restartCancelled(id);
  }

  @Override
  public Container probed(String id, Health health) {
    Container container = records.index().get(id);
    if (!container.state().isAlive()) {
      return container;
    }
    Health before = container.health();
    Container probed = container.withHealth(health);
    return before != null && before.status() == health.status()
        ? records.show(probed)
        : records.save(probed);
  }

  @Override
  public void tell(Container container, String action, Map<String, String> attributes) {
    events.tell(container, action, attributes);
  }

  @Override
  public Container rename(String id, String newName) {
    Container container = records.index().get(id);
    String oldName = container.name();
    String bare = newName.startsWith("/") ? newName.substring(1) : newName;
    if (bare.isEmpty()) {
      throw new EngineException.InvalidParameter("Neither old nor new names may be empty");
    }
    if (bare.equals(oldName)) {
      throw new EngineException.InvalidParameter(
          "Renaming a container with the same name as its current name");
    }
    String taken = names.reserveAnew(bare, container.id());
    Container renamed;
    try {
      renamed = records.save(container.withName(taken));
    } catch (RuntimeException e) {
      names.release(taken, container.id());
      throw e;
    }
    names.release(oldName, container.id());
    Container.NetworkSandbox sandbox = renamed.networkSandbox();
    if (sandbox != null) {
      parts.names().serve(renamed, Teardown.sandbox(renamed, sandbox));
    }
    events.tell(renamed, "rename", Map.of("oldName", "/" + oldName));
    return renamed;
  }

  @Override
  public Container unlink(String id, String alias) {
    return networkChanges.unlink(id, alias);
  }

  @Override
  public Container connect(String id, String network, Attachment.Request request) {
    return networkChanges.connect(id, network, request);
  }

  @Override
  public Container disconnect(String id, String network, boolean force) {
    return networkChanges.disconnect(id, network, force);
  }

  @Override
  public Container update(String id, ContainerUpdate change) {
    return updates.update(records.index().get(id), change);
  }

  @Override
  public void remove(String id, boolean volumes) {
    removal.remove(id, volumes);
  }

  @Override
  public ProcessTable top(String id, List<String> psArgs) {
    Container container = records.index().get(id);
    alive(container);
    PsTable table =
        PsTable.read(Path.of("/proc"), Path.of("/etc/passwd"), cgroup(container).pids(), psArgs);
    events.tell(container, "top");
    return new ProcessTable(table.titles(), table.rows());
  }

  @Override
  public Optional<UsageSample> usage(String id) {
    return usages.of(records.index().get(id));
  }

  @Override
  public DiskUsage diskUsage(String id) {
    Container container = records.index().get(id);
    long own = parts.snapshotter().usage(container.id());
    long below = container.imageId().isEmpty() ? 0 : parts.images().get(container.imageId()).size();
    return new DiskUsage(own, own + below);
  }

  @Override
  public void recover(BiConsumer<String, ExitStatus> listener) {
    exits.listen(listener);
    recovery.run();
  }

  @Override
  public void close() {
    exits.close();
    parts.forwarding().close();
  }

  private Cgroup cgroup(Container container) {
    return parts.cgroups().at(orders.cgroup(container));
  }

  private static Running alive(Container container) {
    return NamespaceChoice.live(container.state()).orElseThrow(() -> notRunning(container));
  }

  private static EngineException notRunning(Container container) {
    return new EngineException.Conflict("container " + container.id() + " is not running");
  }
}
