package dev.wherry.engine.cgroup;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A group in the one hierarchy of version 2 (cgroup-v2 of the kernel docs). */
public final class CgroupV2 implements Cgroup {
  private static final long NANOS_PER_MICRO = 1000;
  private static final int FREEZE_TRIES = 2000;
  private static final long FREEZE_PAUSE_NANOS = 500_000;

  private final Path group;

  CgroupV2(Path root, String path) {
    this.group = root.resolve(path.replaceFirst("^/+", ""));
  }

  @Override
  public boolean exists() {
    return Files.isDirectory(group);
  }

  @Override
  public List<Integer> pids() {
    return CgroupFiles.pids(group);
  }

  @Override
  public CgroupStats stats() {
    Map<String, Long> cpu = CgroupFiles.flatKeyed(group.resolve("cpu.stat"));
    long pidsLimit = CgroupFiles.number(group.resolve("pids.max"));
    return new CgroupStats(
        new CgroupStats.Cpu(
            cpu.getOrDefault("usage_usec", 0L) * NANOS_PER_MICRO,
            cpu.getOrDefault("user_usec", 0L) * NANOS_PER_MICRO,
            cpu.getOrDefault("system_usec", 0L) * NANOS_PER_MICRO,
            List.of(),
            cpu.getOrDefault("nr_periods", 0L),
            cpu.getOrDefault("nr_throttled", 0L),
            cpu.getOrDefault("throttled_usec", 0L) * NANOS_PER_MICRO),
        new CgroupStats.Memory(
            CgroupFiles.number(group.resolve("memory.current")),
            CgroupFiles.number(group.resolve("memory.peak")),
            memoryEvents().getOrDefault("oom", 0L),
            CgroupFiles.number(group.resolve("memory.max")),
            oomKills(),
            CgroupFiles.flatKeyed(group.resolve("memory.stat"))),
        new CgroupStats.Pids(
            CgroupFiles.number(group.resolve("pids.current")),
            pidsLimit == Long.MAX_VALUE ? 0 : pidsLimit),
        blockIo());
  }

  /** Lines such as {@code 254:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6}. */
  private CgroupStats.BlockIo blockIo() {
    List<CgroupStats.Entry> bytes = new ArrayList<>();
    List<CgroupStats.Entry> operations = new ArrayList<>();
    for (String line : CgroupFiles.text(group.resolve("io.stat")).lines().toList()) {
      String[] words = line.split("[ :]+");
      for (int i = 2; i < words.length; i++) {
        int equals = words[i].indexOf('=');
        if (equals < 0) {
          continue;
        }
        long major = Long.parseLong(words[0]);
        long minor = Long.parseLong(words[1]);
        long value = CgroupFiles.number(words[i].substring(equals + 1));
        switch (words[i].substring(0, equals)) {
          case "rbytes" -> bytes.add(new CgroupStats.Entry(major, minor, "read", value));
          case "wbytes" -> bytes.add(new CgroupStats.Entry(major, minor, "write", value));
          case "rios" -> operations.add(new CgroupStats.Entry(major, minor, "read", value));
          case "wios" -> operations.add(new CgroupStats.Entry(major, minor, "write", value));
          default -> {
            // Discards and what later kernels add: no member of the API shows them.
          }
        }
      }
    }
    return new CgroupStats.BlockIo(bytes, operations);
  }

  @Override
  public long oomKills() {
    return memoryEvents().getOrDefault("oom_kill", 0L);
  }

  /** Kernel docs, cgroup-v2, "memory.events": a change makes the file ready until it is read. */
  @Override
  public Optional<OomNotice> oomNotice(Paths paths, Processes processes) {
    try {
      Fd events = paths.open(group.resolve("memory.events"), OpenFlags.O_RDONLY, 0);
      readAgain(events);
      return Optional.of(new OomNotice(events, Processes.POLLPRI, CgroupV2::readAgain));
    } catch (LinuxException e) {
      if (e.is(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static void readAgain(Fd file) {
    byte[] content = new byte[1024];
    file.seek(0);
    file.readNow(content, 0, content.length);
  }

  private Map<String, Long> memoryEvents() {
    return CgroupFiles.flatKeyed(group.resolve("memory.events"));
  }

  @Override
  public boolean isFrozen() {
    return CgroupFiles.flatKeyed(group.resolve("cgroup.events")).getOrDefault("frozen", 0L) == 1;
  }

  @Override
  public void freeze() {
    CgroupFiles.write(group.resolve("cgroup.freeze"), "1");
    for (int i = 0; i < FREEZE_TRIES; i++) {
      if (isFrozen()) {
        return;
      }
      LockSupport.parkNanos(FREEZE_PAUSE_NANOS);
    }
    thaw();
    throw new EngineException.Internal("unable to freeze: processes do not stop");
  }

  @Override
  public void thaw() {
    CgroupFiles.write(group.resolve("cgroup.freeze"), "0");
  }

  @Override
  public Undo limit(CgroupLimits limits) {
    LimitWrites writes = new LimitWrites();
    limitMemory(writes, limits);
    if (limits.cpuShares() != 0) {
      writes.write(group.resolve("cpu.weight"), Long.toString(weight(limits.cpuShares())));
    }
    if (limits.cpuPeriod() != 0 || limits.cpuQuota() != 0) {
      writes.write(group.resolve("cpu.max"), cpuMax(limits));
    }
    if (!limits.cpus().isEmpty()) {
      writes.write(group.resolve("cpuset.cpus"), limits.cpus());
    }
    if (!limits.memoryNodes().isEmpty()) {
      writes.write(group.resolve("cpuset.mems"), limits.memoryNodes());
    }
    set(writes, "pids.max", limits.pids());
    if (limits.ioWeight() != 0) {
      Path bfq = group.resolve("io.bfq.weight");
      boolean hasBfq = Files.exists(bfq);
      writes.write(
          hasBfq ? bfq : group.resolve("io.weight"),
          Long.toString(hasBfq ? limits.ioWeight() : ioWeight(limits.ioWeight())));
    }
    return writes.undo();
  }

  /** Swap has a limit of its own here: what is left of both together. */
  private void limitMemory(LimitWrites writes, CgroupLimits limits) {
    long swap = limits.memorySwap();
    if (swap > 0) {
      long memory =
          limits.memory() == 0
              ? CgroupFiles.number(group.resolve("memory.max"))
              : limits.memory() < 0 ? Long.MAX_VALUE : limits.memory();
      writes.write(group.resolve("memory.swap.max"), Long.toString(Math.max(0, swap - memory)));
    } else if (swap < 0) {
      writes.write(group.resolve("memory.swap.max"), "max");
    }
    set(writes, "memory.max", limits.memory());
    // "low" is what the runtimes make of a reservation.
    set(writes, "memory.low", limits.memoryReservation());
  }

  private void set(LimitWrites writes, String file, long value) {
    if (value != 0) {
      writes.write(group.resolve(file), value < 0 ? "max" : Long.toString(value));
    }
  }

  /** Quota and period stand in one file: the one that is not given stays. */
  private String cpuMax(CgroupLimits limits) {
    String[] now = CgroupFiles.text(group.resolve("cpu.max")).split(" ");
    String quota =
        limits.cpuQuota() == 0
            ? now[0].isEmpty() ? "max" : now[0]
            : limits.cpuQuota() < 0 ? "max" : Long.toString(limits.cpuQuota());
    String period =
        limits.cpuPeriod() == 0
            ? now.length > 1 ? now[1] : "100000"
            : Long.toString(limits.cpuPeriod());
    return quota + " " + period;
  }

  /** From 2..262144 to 1..10000, as the OCI runtimes do. */
  private static long weight(long shares) {
    long bounded = Math.clamp(shares, 2, 262_144);
    return 1 + (bounded - 2) * 9999 / 262_142;
  }

  /** From 10..1000 to 1..10000, as the OCI runtimes do. */
  private static long ioWeight(long weight) {
    return 1 + (weight - 10) * 9999 / 990;
  }

  @Override
  public void kill() {
    Path kill = group.resolve("cgroup.kill");
    // Since Linux 5.14; it cannot be outrun by forks.
    if (Files.exists(kill)) {
      CgroupFiles.write(kill, "1");
    } else {
      CgroupFiles.kill(pids());
    }
  }

  @Override
  public void remove() {
    CgroupFiles.remove(group);
  }
}
