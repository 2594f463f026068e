package dev.wherry.engine.usage;

import dev.wherry.engine.cgroup.Cgroups;
import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Reads what containers use. Blocking, some tenths of a millisecond for each. */
public final class UsageReader {
  /** Ticks of {@code /proc/stat}: USER_HZ is 100 on every architecture that matters. */
  private static final long NANOS_PER_TICK = 10_000_000;

  /** User, nice, system, idle, I/O wait, interrupts and soft interrupts, as dockerd adds up. */
  private static final int CPU_COLUMNS = 7;

  private static final long KIBI = 1024;

  private final Path proc;
  private final Cgroups cgroups;

  /**
   * @param proc {@code /proc}, or a tree like it
   */
  public UsageReader(Path proc, Cgroups cgroups) {
    this.proc = proc;
    this.cgroups = cgroups;
  }

  /**
   * Reads all of it. A group or process that has just gone shows zeros.
   *
   * @param group path of the control group below each hierarchy's root
   * @param networkOf a process in the network namespace to read, 0 for none
   */
  public UsageSample read(String group, int networkOf) {
    Host host = host(lines(proc.resolve("stat")));
    return new UsageSample(
        Instant.now(),
        cgroups.version(),
        cgroups.at(group).stats(),
        host.cpu(),
        host.cpus(),
        memory(lines(proc.resolve("meminfo"))),
        networkOf == 0 ? Map.of() : networks(networkOf));
  }

  private record Host(long cpu, int cpus) {}

  /** From the lines {@code cpu ...}, all processors together, and {@code cpuN ...}, one each. */
  private static Host host(List<String> stat) {
    long ticks = 0;
    int cpus = 0;
    for (String line : stat) {
      if (!line.startsWith("cpu")) {
        break;
      }
      String[] columns = line.split("\\s+");
      if (columns[0].equals("cpu")) {
        for (int i = 1; i <= CPU_COLUMNS && i < columns.length; i++) {
          ticks += Long.parseLong(columns[i]);
        }
      } else {
        cpus++;
      }
    }
    return new Host(ticks * NANOS_PER_TICK, cpus);
  }

  private static long memory(List<String> meminfo) {
    return meminfo.stream()
        .filter(line -> line.startsWith("MemTotal:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIBI)
        .findFirst()
        .orElse(0);
  }

  private Map<String, InterfaceCounters> networks(int pid) {
    Path table = proc.resolve(Integer.toString(pid)).resolve("net/dev");
    try {
      return InterfaceCounters.parse(Files.readAllLines(table));
    } catch (IOException e) {
      // ENOENT, EINVAL: the process has just ended and left its namespace.
      return Map.of();
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new EngineException.Internal("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
