package dev.wherry.engine.lifecycle;

import static org.awaitility.Awaitility.await;

import dev.wherry.engine.cdi.CdiDevices;
import dev.wherry.engine.cgroup.Cgroups;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerFixture;
import dev.wherry.engine.container.ExitStatus;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.event.FileJournal;
import dev.wherry.engine.forward.LogForwarding;
import dev.wherry.engine.image.FileImageStore;
import dev.wherry.engine.image.ImageStore;
import dev.wherry.engine.launch.ConmonSupervisor;
import dev.wherry.engine.launch.FdWatcher;
import dev.wherry.engine.launch.HostFacts;
import dev.wherry.engine.launch.LinuxHostDevices;
import dev.wherry.engine.launch.LinuxHostMounts;
import dev.wherry.engine.launch.OciSpecBuilder;
import dev.wherry.engine.launch.Patience;
import dev.wherry.engine.launch.Programs;
import dev.wherry.engine.launch.SeccompProfile;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.LinuxProcesses;
import dev.wherry.engine.linux.LinuxSockets;
import dev.wherry.engine.log.LogChanges;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.snapshot.OverlaySnapshotter;
import dev.wherry.engine.store.JsonDocumentStore;
import dev.wherry.engine.testing.BusyboxRoot;
import dev.wherry.engine.volume.LocalVolumeStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A whole engine but for the network, in a directory, with an image {@code busybox}. */
abstract class LifecycleFixture {
  @TempDir Path dir;

  final LinuxPaths paths = new LinuxPaths();
  final LinuxProcesses processes = new LinuxProcesses();
  final LinuxMounts mounts = new LinuxMounts();
  final Cgroups cgroups = new Cgroups(Path.of("/sys/fs/cgroup"));
  final HostFacts facts = HostFacts.detect(new dev.wherry.engine.linux.LinuxProcesses());
  final Map<String, ExitStatus> exits = new ConcurrentHashMap<>();
  private final ExecutorService parallel = Executors.newCachedThreadPool();
  private int umask;

  LoopbackNetworks networks;
  FileJournal journal;
  OverlaySnapshotter snapshotter;
  LocalVolumeStore volumes;
  FdWatcher watcher;
  LifecycleParts parts;
  DefaultContainerLifecycle lifecycle;
  DefaultExecLifecycle execs;

  @BeforeEach
  void openEngine() throws Exception {
    // As the daemon does.
    umask = processes.umask(0);
    networks = new LoopbackNetworks(dir.resolve("ns"));
    open();
    Path root = BusyboxRoot.make(dir.resolve("busybox"));
    Files.createDirectories(root.resolve("data/sub"));
    Files.writeString(root.resolve("data/file"), "from the image\n");
    Files.writeString(root.resolve("data/sub/inner"), "inner\n");
    Process tar =
        new ProcessBuilder("tar", "-C", root.toString(), "-cf", "-", ".")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (InputStream in = tar.getInputStream()) {
      parts
          .images()
          .importRootfs(
              in,
              new ImageStore.Import(
                  "busybox", List.of("ENV PATH=/bin:/usr/bin", "CMD sh"), "", null),
              p -> {});
    }
  }

  @AfterEach
  void closeEngine() {
    for (Container container : lifecycle.index().list()) {
      if (container.state().isAlive()) {
        lifecycle.signal(container.id(), "KILL");
        awaitExit(container);
        lifecycle.exited(container.id(), exits.get(container.id()));
      }
      lifecycle.remove(container.id(), true);
    }
    stop();
    cgroups.at("/wherry-test").remove();
    networks.removeAll();
    parallel.shutdown();
    paths.removeTree(dir.resolve("data"));
    processes.umask(umask);
  }

  void open() {
    EnginePlaces places = new EnginePlaces(dir.resolve("data"), dir.resolve("x"));
    journal =
        new FileJournal(dir.resolve("data/events"), FileJournal.Limits.DEFAULT, Clock.systemUTC());
    snapshotter =
        new OverlaySnapshotter(dir.resolve("data/overlay2"), paths, mounts, IdMapping.IDENTITY);
    volumes =
        new LocalVolumeStore(
            dir.resolve("data/volumes"),
            dir.resolve("data/vmeta"),
            paths,
            mounts,
            IdMapping.IDENTITY);
    watcher = new FdWatcher(processes);
    Programs programs = new Programs(System.getenv("PATH"));
    parts =
        new LifecycleParts(
            places,
            new LifecycleSettings(
                "/wherry-test",
                false,
                programs.init().orElse(null),
                List.of(),
                new dev.wherry.engine.network.ResolvConf(List.of(), List.of(), List.of())),
            facts,
            new JsonDocumentStore<>(dir.resolve("data/records"), Container.class),
            journal,
            new FileImageStore(
                dir.resolve("data/image"), snapshotter, paths, journal, Clock.systemUTC()),
            snapshotter,
            networks,
            dev.wherry.engine.names.NameService.NONE,
            volumes,
            new ConmonSupervisor(
                programs.conmon(),
                places.exits(),
                places.runtimes(),
                processes,
                paths,
                cgroups,
                watcher,
                Patience.DEFAULT),
            programs.runtimes(List.of(), "", !cgroups.isSplit()),
            new OciSpecBuilder(
                facts,
                new LinuxHostDevices(paths),
                new LinuxHostMounts(paths),
                SeccompProfile.parse("{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"),
                new CdiDevices(List.of())),
            cgroups,
            paths,
            mounts,
            processes,
            new LogForwarding(new LogChanges(), new LinuxSockets(), processes),
            parallel);
    lifecycle = new DefaultContainerLifecycle(parts);
    execs = new DefaultExecLifecycle(parts, lifecycle.index());
    lifecycle.recover(exits::put);
  }

  /** As if the daemon were killed: nothing is taken down. */
  void stop() {
    lifecycle.close();
    watcher.close();
    snapshotter.close();
    journal.close();
  }

  void restart() {
    stop();
    exits.clear();
    open();
  }

  static NewContainer request(Consumer<ContainerFixture> changes, String... command) {
    ContainerFixture fixture = new ContainerFixture();
    fixture.name = "";
    changes.accept(fixture);
    return new NewContainer(
        fixture.name,
        "",
        "busybox",
        "",
        fixture.domainname,
        fixture.user,
        false,
        true,
        true,
        Set.of(),
        fixture.tty,
        fixture.openStdin,
        fixture.stdinOnce,
        fixture.env,
        command.length == 0 ? null : List.of(command),
        null,
        fixture.volumes,
        fixture.workingDir,
        null,
        false,
        "",
        fixture.labels,
        null,
        null,
        null,
        null,
        fixture.hostConfig(),
        Map.<String, Attachment.Request>of());
  }

  Container create(String... command) {
    return lifecycle.create(request(fixture -> {}, command));
  }

  Container start(Container container) {
    return lifecycle.start(lifecycle.prepareStart(container.id()));
  }

  ExitStatus awaitExit(Container container) {
    await().atMost(Duration.ofSeconds(20)).until(() -> exits.containsKey(container.id()));
    return exits.get(container.id());
  }

  /** Starts it, awaits its end and records it. */
  Container run(Container container) {
    exits.remove(container.id());
    start(container);
    return lifecycle.exited(container.id(), awaitExit(container));
  }

  String log(Container container) throws IOException {
    return Files.readString(parts.places().log(container.id()));
  }

  /** {@code type action} of all events so far. */
  List<String> events() {
    return journal.page(0, 0, 1000).stream()
        .filter(event -> event.type() != EngineEvent.Type.IMAGE)
        .map(event -> event.type().name().toLowerCase() + " " + event.action())
        .toList();
  }
}
