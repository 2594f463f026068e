package dev.wherry.engine.container;

import dev.wherry.engine.network.Attachment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A plain container that a test changes where it matters. */
public final class ContainerFixture {
  public static final String ID =
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

  public String id = ID;
  public String name = "box";
  public String path = "sleep";
  public List<String> args = List.of("1000");
  public String hostname = "h1";
  public String domainname = "";
  public String user = "";
  public boolean tty;
  public boolean openStdin;
  public boolean stdinOnce;
  public List<String> env = new ArrayList<>();
  public String workingDir = "";
  public Map<String, String> labels = new LinkedHashMap<>();
  public List<String> binds = List.of();
  public List<MountSpec> mountSpecs = List.of();
  public Set<String> volumes = Set.of();
  public List<String> volumesFrom = List.of();
  public boolean autoRemove;
  public Map<String, String> tmpfs = new LinkedHashMap<>();
  public String networkMode = "none";
  public boolean privileged;
  public boolean readonlyRootfs;
  public List<String> capAdd = List.of();
  public List<String> capDrop = List.of();
  public List<String> groupAdd = List.of();
  public List<String> securityOpt = List.of();
  public HostConfig.NamespaceModes modes =
      new HostConfig.NamespaceModes("private", "", "", "", "host");
  public Resources resources = resources();
  public long shmSize = 64L << 20;
  public Map<String, String> sysctls = new LinkedHashMap<>();
  public Map<String, String> annotations = new LinkedHashMap<>();
  public String runtime = "runc";
  public boolean init;
  public String logDriver = "json-file";
  public Map<String, String> logOptions = Map.of();
  public HostConfig.ConsoleSize consoleSize;
  public List<MountPoint> mounts = new ArrayList<>();
  public ContainerState state = ContainerState.Created.FRESH;
  public Map<String, Attachment> networks = Map.of();

  /** No limits at all. */
  public static Resources resources() {
    return new Resources(
        0, 0, 0, "", 0, List.of(), List.of(), List.of(), List.of(), List.of(), 0, 0, 0, 0, "", "",
        List.of(), List.of(), 0, 0, null, false, 0, null, List.of(), null);
  }

  public HostConfig hostConfig() {
    return new HostConfig(
        binds,
        mountSpecs,
        tmpfs,
        volumesFrom,
        "",
        "",
        new HostConfig.LogConfig(logDriver, logOptions),
        new HostConfig.NetworkOptions(
            networkMode, Map.of(), false, List.of(), List.of(), List.of(), List.of(), List.of()),
        RestartPolicy.NO,
        autoRemove,
        new HostConfig.SecurityOptions(
            privileged, readonlyRootfs, capAdd, capDrop, groupAdd, securityOpt, null, null),
        modes,
        resources,
        shmSize,
        sysctls,
        Map.of(),
        annotations,
        runtime,
        init,
        "",
        consoleSize,
        Set.of());
  }

  public ContainerConfig config() {
    List<String> cmd = new ArrayList<>();
    cmd.add(path);
    cmd.addAll(args);
    return new ContainerConfig(
        hostname,
        domainname,
        user,
        false,
        true,
        true,
        Set.of(),
        tty,
        openStdin,
        stdinOnce,
        env,
        cmd,
        null,
        "busybox",
        Set.of(),
        workingDir,
        null,
        false,
        "",
        null,
        labels,
        null,
        null,
        null);
  }

  public Container build() {
    return new Container(
        id,
        name,
        Instant.parse("2026-01-02T03:04:05Z"),
        path,
        args,
        config(),
        hostConfig(),
        "sha256:" + "1".repeat(64),
        "sha256:" + "2".repeat(64),
        "linux",
        state,
        networks,
        null,
        mounts,
        "overlay2",
        0,
        false,
        false);
  }
}
