package dev.wherry.api.mapping;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code info} tells of this machine and what create requests are measured by, read once at
 * start from /proc, /sys and os-release(5).
 *
 * @param hostName its name
 * @param operatingSystem for example {@code Debian GNU/Linux 12 (bookworm)}
 * @param osVersion for example {@code 12}, empty if unknown
 * @param kernel release of the kernel
 * @param architecture as uname(2) names it
 * @param memoryBytes all of its memory
 * @param cpus numbers of the processors that are online
 * @param memoryNodes numbers of the memory nodes that are online
 * @param limits which limits the kernel knows
 */
public record MachineFacts(
    String hostName,
    String operatingSystem,
    String osVersion,
    String kernel,
    String architecture,
    long memoryBytes,
    SortedSet<Integer> cpus,
    SortedSet<Integer> memoryNodes,
    Limits limits) {

  private static final Pattern MEMORY = Pattern.compile("MemTotal:\\s+(\\d+) kB");
  private static final int KIBI = 1024;

  /** Limits a container can be given here; the names are those of {@code info}. */
  public record Limits(
      boolean memory,
      boolean swap,
      boolean cpuQuota,
      boolean cpuShares,
      boolean cpuSet,
      boolean pids,
      boolean oomKillDisable,
      boolean blockIoWeight,
      boolean ipv4Forwarding) {}

  /**
   * Reads the facts.
   *
   * @param root {@code /}, or a directory with the same files in it
   */
  public static MachineFacts detect(Path root) {
    Map<String, String> release = osRelease(root);
    Path proc = root.resolve("proc");
    Path sys = root.resolve("sys");
    return new MachineFacts(
        read(proc.resolve("sys/kernel/hostname")),
        release.getOrDefault("PRETTY_NAME", "Linux"),
        release.getOrDefault("VERSION_ID", ""),
        read(proc.resolve("sys/kernel/osrelease")),
        System.getProperty("os.arch", "").equals("aarch64") ? "aarch64" : "x86_64",
        memory(read(proc.resolve("meminfo"))),
        numbers(read(sys.resolve("devices/system/cpu/online"))),
        numbers(read(sys.resolve("devices/system/node/online"))),
        limits(sys.resolve("fs/cgroup"), proc));
  }

  private static Limits limits(Path cgroup, Path proc) {
    boolean forwarding = read(proc.resolve("sys/net/ipv4/ip_forward")).equals("1");
    Path unified = cgroup.resolve("cgroup.controllers");
    if (Files.exists(unified)) {
      var controllers = " " + read(unified) + " ";
      boolean cpu = controllers.contains(" cpu ");
      boolean memory = controllers.contains(" memory ");
      return new Limits(
          memory,
          memory,
          cpu,
          cpu,
          controllers.contains(" cpuset "),
          controllers.contains(" pids "),
          false,
          controllers.contains(" io "),
          forwarding);
    }
    return new Limits(
        Files.exists(cgroup.resolve("memory/memory.limit_in_bytes")),
        Files.exists(cgroup.resolve("memory/memory.memsw.limit_in_bytes")),
        Files.exists(cgroup.resolve("cpu/cpu.cfs_quota_us")),
        Files.exists(cgroup.resolve("cpu/cpu.shares")),
        Files.exists(cgroup.resolve("cpuset/cpuset.cpus")),
        Files.isDirectory(cgroup.resolve("pids")),
        Files.exists(cgroup.resolve("memory/memory.oom_control")),
        Files.exists(cgroup.resolve("blkio/blkio.weight")),
        forwarding);
  }

  private static Map<String, String> osRelease(Path root) {
    var values = new TreeMap<String, String>();
    for (String line : read(root.resolve("etc/os-release")).split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1).replace("\"", ""));
      }
    }
    return values;
  }

  private static long memory(String meminfo) {
    Matcher total = MEMORY.matcher(meminfo);
    return total.find() ? Long.parseLong(total.group(1)) * KIBI : 0;
  }

  private static SortedSet<Integer> numbers(String list) {
    @Nullable SortedSet<Integer> numbers = NumberList.parse(list);
    // A kernel without the file has one of it, number 0.
    return numbers == null ? new TreeSet<>(List.of(0)) : numbers;
  }

  /** A file's text without white space around it, empty if it cannot be read. */
  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
