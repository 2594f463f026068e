package dev.wherry.api.mapping;

import dev.wherry.api.dto.SystemInfoView;
import dev.wherry.api.dto.SystemInfoView.CommitView;
import dev.wherry.api.dto.SystemInfoView.Counts;
import dev.wherry.api.dto.SystemInfoView.Daemon;
import dev.wherry.api.dto.SystemInfoView.IndexView;
import dev.wherry.api.dto.SystemInfoView.Limits;
import dev.wherry.api.dto.SystemInfoView.Machine;
import dev.wherry.api.dto.SystemInfoView.PluginsView;
import dev.wherry.api.dto.SystemInfoView.Registries;
import dev.wherry.api.dto.SystemInfoView.RegistryConfigView;
import dev.wherry.api.dto.SystemInfoView.RuntimeView;
import dev.wherry.api.dto.SystemInfoView.Storage;
import dev.wherry.api.dto.SystemInfoView.SwarmView;
import dev.wherry.config.DaemonConfig;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.verticles.EngineInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What SystemInfo shows. */
public final class InfoJson {
  private static final String INDEX_SERVER = "https://index.docker.io/v1/";
  private static final String HUB = "docker.io";
  private static final String LOOPBACK = "127.0.0.0/8";

  private InfoJson() {}

  /** What changes while the daemon runs. */
  public record Moment(List<Container> containers, int images, Instant time) {}

  /** The whole answer. */
  public static SystemInfoView info(
      EngineInfo engine, MachineFacts machine, DaemonFacts daemon, Moment moment) {
    return new SystemInfoView(
        engine.id(),
        counts(moment),
        storage(engine),
        limits(machine.limits()),
        machine(machine),
        daemon(daemon, moment.time()),
        new Registries(INDEX_SERVER, registries(daemon)),
        runtime(engine),
        new SwarmView("", "", "inactive", false, "", null),
        engine.securityOptions(),
        ConfigJson.listOrNull(engine.warnings()));
  }

  private static RegistryConfigView registries(DaemonFacts daemon) {
    Map<String, Object> indexes = new TreeMap<>();
    indexes.put(HUB, new IndexView(HUB, daemon.mirrors(), true, true));
    List<String> networks = new ArrayList<>();
    for (String insecure : daemon.insecureRegistries()) {
      if (insecure.indexOf('/') >= 0) {
        networks.add(insecure);
      } else {
        indexes.put(insecure, new IndexView(insecure, List.of(), false, false));
      }
    }
    networks.add(LOOPBACK);
    return new RegistryConfigView(networks, indexes, daemon.mirrors());
  }

  private static Counts counts(Moment moment) {
    int running = 0;
    int paused = 0;
    for (Container container : moment.containers()) {
      switch (container.state()) {
        case ContainerState.Running _, ContainerState.Restarting _ -> running++;
        case ContainerState.Paused _ -> paused++;
        case ContainerState.Created _,
            ContainerState.Exited _,
            ContainerState.Removing _,
            ContainerState.Dead _ -> {}
      }
    }
    int all = moment.containers().size();
    return new Counts(all, running, paused, all - running - paused, moment.images());
  }

  private static Storage storage(EngineInfo engine) {
    return new Storage(
        engine.storageDriver(),
        List.of(List.of("Backing Filesystem", engine.backingFilesystem())),
        engine.dataRoot().toString(),
        new PluginsView(
            List.of("local"), List.of("bridge", "host", "null"), null, List.of("json-file")));
  }

  private static Limits limits(MachineFacts.Limits limits) {
    return new Limits(
        limits.memory(),
        limits.swap(),
        limits.cpuQuota(),
        limits.cpuQuota(),
        limits.cpuShares(),
        limits.cpuSet(),
        limits.pids(),
        limits.ipv4Forwarding(),
        limits.oomKillDisable());
  }

  private static Machine machine(MachineFacts machine) {
    return new Machine(
        machine.kernel(),
        machine.operatingSystem(),
        machine.osVersion(),
        "linux",
        machine.architecture(),
        machine.cpus().size(),
        machine.memoryBytes(),
        machine.hostName());
  }

  /** Descriptors, threads and listeners are 0, as dockerd tells them only when it debugs. */
  private static Daemon daemon(DaemonFacts daemon, Instant now) {
    return new Daemon(
        daemon.debug(),
        0,
        0,
        0,
        GoTime.nano(now),
        daemon.logDriver(),
        daemon.labels(),
        false,
        daemon.version(),
        // Containers outlive the daemon, always.
        true,
        "",
        daemon.proxies().http().map(DaemonConfig.Proxy::shown).orElse(""),
        daemon.proxies().https().map(DaemonConfig.Proxy::shown).orElse(""),
        daemon.proxies().exceptions(),
        null);
  }

  private static SystemInfoView.Running runtime(EngineInfo engine) {
    var runtimes = new TreeMap<String, RuntimeView>();
    engine
        .runtimes()
        .forEach(
            runtime ->
                runtimes.put(
                    runtime.name(),
                    new RuntimeView(runtime.path().toString(), runtime.arguments())));
    return new SystemInfoView.Running(
        engine.cgroupDriver(),
        Integer.toString(engine.cgroupVersion()),
        runtimes,
        engine.defaultRuntime(),
        engine.cdiDirectories(),
        "",
        new CommitView(""),
        new CommitView(bare(engine.runtimeVersion())),
        new CommitView(""));
  }

  /** The version in what a program says of itself, such as {@code runc version 1.1.5}. */
  public static String bare(String version) {
    return version.replaceFirst("^\\S+ version ", "");
  }
}
