package dev.wherry.verticles;

import dev.wherry.config.BridgeSettings;
import dev.wherry.config.DaemonConfig;
import dev.wherry.config.DefaultBridge;
import dev.wherry.config.SeccompProfile;
import dev.wherry.engine.cdi.CdiDevices;
import dev.wherry.engine.cgroup.Cgroups;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.contents.SnapshotContents;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.FileJournal;
import dev.wherry.engine.forward.LogForwarding;
import dev.wherry.engine.forward.SyslogOptions;
import dev.wherry.engine.image.FileImageStore;
import dev.wherry.engine.launch.ConmonSupervisor;
import dev.wherry.engine.launch.FdWatcher;
import dev.wherry.engine.launch.LinuxHostDevices;
import dev.wherry.engine.launch.LinuxHostMounts;
import dev.wherry.engine.launch.OciSpecBuilder;
import dev.wherry.engine.launch.Patience;
import dev.wherry.engine.launch.RuntimeAdvisories;
import dev.wherry.engine.lifecycle.DefaultContainerLifecycle;
import dev.wherry.engine.lifecycle.DefaultExecLifecycle;
import dev.wherry.engine.lifecycle.EnginePlaces;
import dev.wherry.engine.lifecycle.LifecycleParts;
import dev.wherry.engine.lifecycle.LifecycleSettings;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.LinuxProcesses;
import dev.wherry.engine.linux.LinuxSockets;
import dev.wherry.engine.linux.Mounts;
import dev.wherry.engine.linux.NamespaceOwner;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.log.LogChanges;
import dev.wherry.engine.log.LogDriver;
import dev.wherry.engine.log.LogPolicy;
import dev.wherry.engine.names.NetworkNames;
import dev.wherry.engine.names.Responder;
import dev.wherry.engine.network.DefaultBridgeOptions;
import dev.wherry.engine.network.DefaultPools;
import dev.wherry.engine.network.HostBridge;
import dev.wherry.engine.network.LocalNetworks;
import dev.wherry.engine.network.NetworkDefaults;
import dev.wherry.engine.network.PortRelays;
import dev.wherry.engine.network.ResolvConf;
import dev.wherry.engine.network.Subnet;
import dev.wherry.engine.snapshot.OverlaySnapshotter;
import dev.wherry.engine.store.JsonDocumentStore;
import dev.wherry.engine.volume.LocalVolumeStore;
import dev.wherry.verticles.bus.Blocking;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;

/**
 * Opens the rooms of the engine: those that don't need each other at the same time, because the
 * first use of each part of the kernel costs tens of milliseconds of linking.
 */
final class EngineOpener {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final String BRIDGE = "wherry0";
  private static final String TABLE = "wherry";

  /** Network namespaces kept ready; a start of eight at a time finds half of them. */
  private static final int READY_NAMESPACES = 4;

  private final DaemonConfig config;
  private final DataRoot root;
  private final Blocking pool;
  private final Executor beside;
  private final Openings openings;
  private final Responder responder;
  private final PortRelays relays;
  private final Clock clock = Clock.systemUTC();
  private final Paths paths = new LinuxPaths();
  private final Mounts mounts = new LinuxMounts();
  private final Processes processes = new LinuxProcesses();
  private final Cgroups cgroups = new Cgroups(CGROUPS);

  /**
   * @param root the daemon's own
   * @param beside runs what a step of the engine does at the same time
   * @param openings gets what is to be closed
   * @param responder answers containers' queries
   * @param relays carries published ports that the kernel does not
   */
  EngineOpener(
      DaemonConfig config,
      DataRoot root,
      Blocking pool,
      Executor beside,
      Openings openings,
      Responder responder,
      PortRelays relays) {
    this.config = config;
    this.root = root;
    this.pool = pool;
    this.beside = beside;
    this.openings = openings;
    this.responder = responder;
    this.relays = relays;
  }

  /** The rooms that depend on none but the journal. */
  private record Basics(
      FileJournal journal,
      Storage storage,
      LocalNetworks networks,
      LocalVolumeStore volumes,
      HostPrograms host) {}

  private record Storage(OverlaySnapshotter snapshotter, FileImageStore images) {}

  /**
   * Opens all of them.
   *
   * @return fails with an {@link EngineException} that says what the host lacks
   */
  Future<EngineRooms> open() {
    return pool.call(this::openJournal)
        .compose(this::openBasics)
        .compose(basics -> pool.call(() -> openLifecycles(basics)));
  }

  private Path data(String name) {
    return root.path().resolve(name);
  }

  private Path exec(String name) {
    return config.directories().execRoot().resolve(name);
  }

  private FileJournal openJournal() {
    checkLog(config.containers().log());
    paths.mkdirs(config.directories().execRoot(), DataRoot.PRIVATE);
    return openings.add(new FileJournal(data("events"), FileJournal.Limits.DEFAULT, clock));
  }

  private static void checkLog(DaemonConfig.Log log) {
    try {
      LogDriver driver = LogDriver.of(log.driver());
      log.options().keySet().forEach(driver::checkOption);
      LogPolicy.of(driver, log.options());
      if (driver == LogDriver.SYSLOG) {
        SyslogOptions.of(log.options());
      }
    } catch (EngineException e) {
      throw new EngineException.InvalidParameter("log-driver, log-opts: " + e.getMessage(), e);
    }
  }

  private Future<Basics> openBasics(FileJournal journal) {
    Future<Storage> storage = pool.call(() -> openStorage(journal));
    Future<LocalNetworks> networks = pool.call(() -> openNetworks(journal));
    Future<LocalVolumeStore> volumes =
        pool.call(
            () ->
                new LocalVolumeStore(
                    data("volumes"), data("volume-records"), paths, mounts, root.ids()));
    Future<HostPrograms> host =
        pool.call(() -> HostPrograms.detect(config.containers(), processes, cgroups));
    // Joined also when one fails, so that all that was opened is known and can be closed.
    return Future.join(storage, networks, volumes, host)
        .map(
            all ->
                new Basics(
                    journal, storage.result(), networks.result(), volumes.result(), host.result()));
  }

  private Storage openStorage(FileJournal journal) {
    OverlaySnapshotter snapshotter =
        openings.add(new OverlaySnapshotter(data("overlay2"), paths, mounts, root.ids()));
    return new Storage(
        snapshotter, new FileImageStore(data("image"), snapshotter, paths, journal, clock));
  }

  private LocalNetworks openNetworks(FileJournal journal) {
    LocalNetworks.Settings settings =
        new LocalNetworks.Settings(
            bridge(config.network().bridge()),
            defaults(config.network()),
            data("networks"),
            exec("netns"),
            TABLE,
            root.ids().isIdentity() ? NamespaceOwner.HOST : new NamespaceOwner.Fresh(root.ids()),
            READY_NAMESPACES,
            relays);
    return openings.add(LocalNetworks.start(settings, journal, clock));
  }

  private static NetworkDefaults defaults(DaemonConfig.Network network) {
    List<DefaultPools.Pool> pools =
        network.addressPools().stream()
            .map(
                pool ->
                    new DefaultPools.Pool(Subnet.of(pool.base(), pool.prefixLength()), pool.size()))
            .toList();
    return new NetworkDefaults(
        pools.isEmpty() ? DefaultPools.STANDARD : new DefaultPools(pools),
        bridgeOptions(network),
        network.bridgeOptions());
  }

  private static DefaultBridgeOptions bridgeOptions(DaemonConfig.Network network) {
    BridgeSettings settings = network.bridgeSettings();
    return new DefaultBridgeOptions(
        network.published(),
        settings.icc(),
        settings.masquerade(),
        (int) Math.min(settings.mtu(), Integer.MAX_VALUE),
        family(settings.ipv4()),
        settings.ipv6().map(EngineOpener::family));
  }

  private static DefaultBridgeOptions.Family family(BridgeSettings.Family family) {
    return new DefaultBridgeOptions.Family(
        family
            .address()
            .map(cidr -> new HostBridge.HostAddress(cidr.address(), cidr.prefixLength())),
        family.range().map(cidr -> Subnet.of(cidr.address(), cidr.prefixLength())),
        family.gateway());
  }

  private static HostBridge bridge(DefaultBridge bridge) {
    return switch (bridge) {
      case DefaultBridge.Disabled() -> new HostBridge.Disabled();
      case DefaultBridge.Existing existing -> new HostBridge.Existing(existing.name());
      case DefaultBridge.Managed managed ->
          new HostBridge.Managed(
              BRIDGE,
              managed
                  .address()
                  .map(
                      address ->
                          new HostBridge.HostAddress(address.address(), address.prefixLength())));
    };
  }

  private EngineRooms openLifecycles(Basics basics) {
    EnginePlaces places = new EnginePlaces(root.path(), config.directories().execRoot());
    FdWatcher watcher = openings.add(new FdWatcher(processes));
    LogChanges changes = openings.add(new LogChanges());
    LogForwarding forwarding = new LogForwarding(changes, new LinuxSockets(), processes);
    LifecycleParts parts = parts(basics, places, watcher, forwarding);
    DefaultContainerLifecycle containers = new DefaultContainerLifecycle(parts);
    openings.add(containers::close);
    return new EngineRooms(
        basics.journal(),
        basics.storage().images(),
        basics.networks(),
        basics.volumes(),
        containers,
        new DefaultExecLifecycle(parts, containers.index()),
        new SnapshotContents(parts, containers),
        changes,
        info(basics));
  }

  private LifecycleParts parts(
      Basics basics, EnginePlaces places, FdWatcher watcher, LogForwarding forwarding) {
    HostPrograms host = basics.host();
    return new LifecycleParts(
        places,
        new LifecycleSettings(
            config.containers().cgroupParent().orElse(LifecycleSettings.DEFAULT_CGROUP_PARENT),
            false,
            host.init().orElse(null),
            List.of(),
            resolver()),
        host.facts(),
        new JsonDocumentStore<>(data("container-records"), Container.class),
        basics.journal(),
        basics.storage().images(),
        basics.storage().snapshotter(),
        basics.networks(),
        new NetworkNames(basics.networks(), resolver(), responder),
        basics.volumes(),
        new ConmonSupervisor(
            host.conmon(),
            places.exits(),
            places.runtimes(),
            processes,
            paths,
            cgroups,
            watcher,
            Patience.DEFAULT),
        host.runtimes(),
        new OciSpecBuilder(
            host.facts(),
            new LinuxHostDevices(paths),
            new LinuxHostMounts(paths),
            dev.wherry.engine.launch.SeccompProfile.parse(SeccompProfile.defaultJson()),
            new CdiDevices(config.containers().cdiDirectories())),
        cgroups,
        paths,
        mounts,
        processes,
        forwarding,
        beside);
  }

  private ResolvConf resolver() {
    return new ResolvConf(
        config.network().dns().stream().map(InetAddress::getHostAddress).toList(),
        config.network().dnsSearch(),
        config.network().dnsOptions());
  }

  private EngineInfo info(Basics basics) {
    HostPrograms host = basics.host();
    List<String> security = new ArrayList<>();
    if (host.facts().seccomp()) {
      security.add("name=seccomp,profile=default");
    }
    if (!root.ids().isIdentity()) {
      security.add("name=userns");
    }
    if (host.facts().cgroupVersion() == 2) {
      security.add("name=cgroupns");
    }
    return new EngineInfo(
        EngineIdentity.of(root.path()),
        root.path(),
        basics.storage().snapshotter().driver(),
        backingFilesystem(),
        host.runtimes().byDefault().name(),
        host.runtimes().all(),
        config.containers().cdiDirectories().stream().map(Path::toString).toList(),
        host.runtimeVersion(),
        host.conmonVersion(),
        host.facts().cgroupVersion(),
        "cgroupfs",
        List.copyOf(security),
        config.labels(),
        RuntimeAdvisories.warnings(host.runtimeVersion()));
  }

  /** By dockerd's name for it. */
  private String backingFilesystem() {
    try {
      String type = Files.getFileStore(root.path()).type().toLowerCase(Locale.ROOT);
      return switch (type) {
        case "ext2", "ext3", "ext4" -> "extfs";
        case "overlay" -> "overlayfs";
        default -> type;
      };
    } catch (IOException e) {
      throw new EngineException.Internal(root.path() + ": " + e.getMessage(), e);
    }
  }
}
