package dev.wherry.engine.cgroup;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A group in the hierarchies of version 1, one per controller (cgroup-v1 of the kernel docs). */
public final class CgroupV1 implements Cgroup {
  /** Ticks of {@code cpuacct.stat}: USER_HZ is 100 on every architecture that matters. */
  private static final long NANOS_PER_TICK = 10_000_000;

  private static final int FREEZE_TRIES = 2000;
  private static final long FREEZE_PAUSE_NANOS = 200_000;

  private final Path root;
  private final String relative;

  CgroupV1(Path root, String path) {
    this.root = root;
    this.relative = path.replaceFirst("^/+", "");
  }

  @Override
  public boolean exists() {
    return Files.isDirectory(group("freezer")) || Files.isDirectory(group("memory"));
  }

  @Override
  public List<Integer> pids() {
    return CgroupFiles.pids(group("freezer"));
  }

  @Override
  public CgroupStats stats() {
    return new CgroupStats(cpu(), memory(), pidsStats(), blockIo());
  }

  private CgroupStats.Cpu cpu() {
    Path accounting = group("cpuacct");
    Map<String, Long> split = CgroupFiles.flatKeyed(accounting.resolve("cpuacct.stat"));
    Map<String, Long> throttling = CgroupFiles.flatKeyed(group("cpu").resolve("cpu.stat"));
    List<Long> perCpu =
        Arrays.stream(CgroupFiles.text(accounting.resolve("cpuacct.usage_percpu")).split("\\s+"))
            .filter(text -> !text.isEmpty())
            .map(CgroupFiles::number)
            .toList();
    return new CgroupStats.Cpu(
        CgroupFiles.number(accounting.resolve("cpuacct.usage")),
        split.getOrDefault("user", 0L) * NANOS_PER_TICK,
        split.getOrDefault("system", 0L) * NANOS_PER_TICK,
        perCpu,
        throttling.getOrDefault("nr_periods", 0L),
        throttling.getOrDefault("nr_throttled", 0L),
        throttling.getOrDefault("throttled_time", 0L));
  }

  private CgroupStats.Memory memory() {
    Path memory = group("memory");
    Map<String, Long> details = CgroupFiles.flatKeyed(memory.resolve("memory.stat"));
    long limit = CgroupFiles.number(memory.resolve("memory.limit_in_bytes"));
    return new CgroupStats.Memory(
        CgroupFiles.number(memory.resolve("memory.usage_in_bytes")),
        CgroupFiles.number(memory.resolve("memory.max_usage_in_bytes")),
        CgroupFiles.number(memory.resolve("memory.failcnt")),
        // The kernel rounds "unlimited" down to a whole page.
        limit >= Long.MAX_VALUE - (1 << 20) ? Long.MAX_VALUE : limit,
        oomKills(),
        details);
  }

  private CgroupStats.Pids pidsStats() {
    Path pids = group("pids");
    long limit = CgroupFiles.number(pids.resolve("pids.max"));
    return new CgroupStats.Pids(
        CgroupFiles.number(pids.resolve("pids.current")), limit == Long.MAX_VALUE ? 0 : limit);
  }

  private CgroupStats.BlockIo blockIo() {
    Path blkio = group("blkio");
    return new CgroupStats.BlockIo(
        entries(blkio.resolve("blkio.throttle.io_service_bytes_recursive")),
        entries(blkio.resolve("blkio.throttle.io_serviced_recursive")));
  }

  /** Lines such as {@code 254:0 Read 4096}, and a total without a device, which is left out. */
  private static List<CgroupStats.Entry> entries(Path file) {
    List<CgroupStats.Entry> result = new ArrayList<>();
    for (String line : CgroupFiles.text(file).lines().toList()) {
      String[] words = line.split("[ :]+");
      if (words.length == 4) {
        result.add(
            new CgroupStats.Entry(
                Long.parseLong(words[0]),
                Long.parseLong(words[1]),
                words[2],
                CgroupFiles.number(words[3])));
      }
    }
    return result;
  }

  @Override
  public long oomKills() {
    return CgroupFiles.flatKeyed(group("memory").resolve("memory.oom_control"))
        .getOrDefault("oom_kill", 0L);
  }

  /** Kernel docs, cgroup-v1/memory, "OOM Control": an eventfd is handed over by number. */
  @Override
  public Optional<OomNotice> oomNotice(Paths paths, Processes processes) {
    Path memory = group("memory");
    Fd event = processes.eventfd(true);
    try (Fd control = paths.open(memory.resolve("memory.oom_control"), OpenFlags.O_RDONLY, 0);
        Fd ask = paths.open(memory.resolve("cgroup.event_control"), OpenFlags.O_WRONLY, 0)) {
      byte[] words = (event.number() + " " + control.number()).getBytes(StandardCharsets.US_ASCII);
      ask.write(words, 0, words.length);
      return Optional.of(
          new OomNotice(
              event, Processes.POLLIN, fd -> fd.readNow(new byte[Long.BYTES], 0, Long.BYTES)));
    } catch (LinuxException e) {
      event.close();
      if (e.is(Errno.ENOENT) || e.is(Errno.ENODEV)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public boolean isFrozen() {
    return CgroupFiles.text(group("freezer").resolve("freezer.state")).equals("FROZEN");
  }

  @Override
  public void freeze() {
    Path state = group("freezer").resolve("freezer.state");
    for (int i = 0; i < FREEZE_TRIES; i++) {
      // A task that forks while freezing begins can keep the group at FREEZING: ask again.
      CgroupFiles.write(state, "FROZEN");
      if (isFrozen()) {
        return;
      }
      if (i % 50 == 49) {
        CgroupFiles.write(state, "THAWED");
      }
      LockSupport.parkNanos(FREEZE_PAUSE_NANOS);
    }
    thaw();
    throw new EngineException.Internal("unable to freeze: processes do not stop");
  }

  @Override
  public void thaw() {
    CgroupFiles.write(group("freezer").resolve("freezer.state"), "THAWED");
  }

  @Override
  public Undo limit(CgroupLimits limits) {
    LimitWrites writes = new LimitWrites();
    limitMemory(writes, limits);
    set(writes, "cpu", "cpu.shares", limits.cpuShares());
    set(writes, "cpu", "cpu.cfs_period_us", limits.cpuPeriod());
    set(writes, "cpu", "cpu.cfs_quota_us", limits.cpuQuota());
    if (!limits.cpus().isEmpty()) {
      writes.write(group("cpuset").resolve("cpuset.cpus"), limits.cpus());
    }
    if (!limits.memoryNodes().isEmpty()) {
      writes.write(group("cpuset").resolve("cpuset.mems"), limits.memoryNodes());
    }
    if (limits.pids() != 0) {
      writes.write(
          group("pids").resolve("pids.max"),
          limits.pids() < 0 ? "max" : Long.toString(limits.pids()));
    }
    if (limits.ioWeight() != 0) {
      Path blkio = group("blkio");
      writes.write(
          LimitWrites.firstOf(blkio.resolve("blkio.weight"), blkio.resolve("blkio.bfq.weight")),
          Integer.toString(limits.ioWeight()));
    }
    return writes.undo();
  }

  /** The limit of memory must never be above that of memory and swap together. */
  private void limitMemory(LimitWrites writes, CgroupLimits limits) {
    String both = "memory.memsw.limit_in_bytes";
    long now = CgroupFiles.number(group("memory").resolve(both));
    boolean raised = limits.memorySwap() < 0 || limits.memorySwap() > now;
    if (raised) {
      set(writes, "memory", both, limits.memorySwap());
    }
    set(writes, "memory", "memory.limit_in_bytes", limits.memory());
    if (!raised) {
      set(writes, "memory", both, limits.memorySwap());
    }
    set(writes, "memory", "memory.soft_limit_in_bytes", limits.memoryReservation());
  }

  private void set(LimitWrites writes, String controller, String file, long value) {
    if (value != 0) {
      writes.write(group(controller).resolve(file), Long.toString(Math.max(value, -1)));
    }
  }

  @Override
  public void kill() {
    CgroupFiles.kill(pids());
  }

  @Override
  public void remove() {
    for (Path hierarchy : hierarchies()) {
      CgroupFiles.remove(hierarchy.resolve(relative));
    }
  }

  private Path group(String controller) {
    return root.resolve(controller).resolve(relative);
  }

  /** Every hierarchy once, however many names its controllers have. */
  private Set<Path> hierarchies() {
    Set<Path> result = new LinkedHashSet<>();
    try (Stream<Path> children = Files.list(root)) {
      for (Path child : children.filter(Files::isDirectory).toList()) {
        result.add(child.toRealPath());
      }
    } catch (IOException e) {
      throw new EngineException.Internal("cannot list " + root + ": " + e.getMessage(), e);
    }
    return result;
  }
}
