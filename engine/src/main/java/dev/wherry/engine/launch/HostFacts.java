package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this host allows and has, read once at start.
 *
 * @param architecture as uname(2) names it: {@code x86_64}, {@code aarch64}
 * @param kernel release, for example {@code 6.1.0-18-amd64}
 * @param cgroupVersion 1 (also where a version 2 tree is mounted beside it) or 2
 * @param capabilities our own bounding set
 * @param oomScoreAdj our own; without CAP_SYS_RESOURCE nothing lower can be given
 * @param hardLimits our own hard limits by the lower-case name of setrlimit(2), for example {@code
 *     nofile}; {@link Long#MAX_VALUE} for unlimited
 * @param x32 whether programs of the x32 ABI run here
 * @param pingSysctls whether the sysctls that let anybody ping and bind low ports exist
 */
public record HostFacts(
    String architecture,
    String kernel,
    int cgroupVersion,
    Set<String> capabilities,
    int oomScoreAdj,
    Map<String, Long> hardLimits,
    boolean seccomp,
    boolean appArmor,
    boolean seLinux,
    boolean x32,
    boolean pingSysctls) {

  private static final Pattern RELEASE = Pattern.compile("^([0-9]{1,4})\\.([0-9]{1,4})");

  private static final Map<String, String> LIMIT_NAMES =
      Map.ofEntries(
          Map.entry("Max cpu time", "cpu"),
          Map.entry("Max file size", "fsize"),
          Map.entry("Max data size", "data"),
          Map.entry("Max stack size", "stack"),
          Map.entry("Max core file size", "core"),
          Map.entry("Max resident set", "rss"),
          Map.entry("Max processes", "nproc"),
          Map.entry("Max open files", "nofile"),
          Map.entry("Max locked memory", "memlock"),
          Map.entry("Max address space", "as"),
          Map.entry("Max file locks", "locks"),
          Map.entry("Max pending signals", "sigpending"),
          Map.entry("Max msgqueue size", "msgqueue"),
          Map.entry("Max nice priority", "nice"),
          Map.entry("Max realtime priority", "rtprio"),
          Map.entry("Max realtime timeout", "rttime"));

  /** Reads /proc and /sys. */
  public static HostFacts detect(Processes processes) {
    Path proc = Path.of("/proc");
    String status = read(proc.resolve("self/status"));
    return new HostFacts(
        System.getProperty("os.arch", "").equals("aarch64") ? "aarch64" : "x86_64",
        read(proc.resolve("sys/kernel/osrelease")).strip(),
        Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers")) ? 2 : 1,
        Capabilities.fromMask(field(status, "CapBnd:")),
        Integer.parseInt(read(proc.resolve("self/oom_score_adj")).strip()),
        hardLimits(read(proc.resolve("self/limits"))),
        status.contains("\nSeccomp:") && Files.exists(proc.resolve("sys/kernel/seccomp")),
        enabled(Path.of("/sys/module/apparmor/parameters/enabled")),
        Files.exists(Path.of("/sys/fs/selinux/enforce")),
        processes.hasX32(),
        Files.exists(proc.resolve("sys/net/ipv4/ping_group_range"))
            && Files.exists(proc.resolve("sys/net/ipv4/ip_unprivileged_port_start")));
  }

  /** Whether the kernel makes a whole tree of mounts read-only: mount_setattr(2), Linux 5.12. */
  public boolean recursiveReadOnly() {
    Matcher release = RELEASE.matcher(kernel);
    if (!release.find()) {
      return false;
    }
    int major = Integer.parseInt(release.group(1));
    return major > 5 || (major == 5 && Integer.parseInt(release.group(2)) >= 12);
  }

  /** Whether what only CAP_SYS_RESOURCE may do is allowed. */
  public boolean mayRaiseLimits() {
    return capabilities.contains("CAP_SYS_RESOURCE");
  }

  /** Reads the table of {@code /proc/PID/limits} (proc(5)). */
  static Map<String, Long> hardLimits(String table) {
    Map<String, Long> result = new HashMap<>();
    for (String line : table.lines().toList()) {
      for (Map.Entry<String, String> name : LIMIT_NAMES.entrySet()) {
        if (line.startsWith(name.getKey() + " ")) {
          String[] columns = line.substring(name.getKey().length()).strip().split("\\s+");
          result.put(
              name.getValue(),
              columns[1].equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(columns[1]));
        }
      }
    }
    return Map.copyOf(result);
  }

  private static boolean enabled(Path parameter) {
    return Files.exists(parameter) && read(parameter).strip().toLowerCase(Locale.ROOT).equals("y");
  }

  private static String field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip())
        .findFirst()
        .orElse("0");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new EngineException.Internal("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
