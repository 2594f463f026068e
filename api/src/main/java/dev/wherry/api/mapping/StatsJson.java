package dev.wherry.api.mapping;

import dev.wherry.api.dto.StatsView;
import dev.wherry.api.dto.StatsView.BlkioEntryView;
import dev.wherry.api.dto.StatsView.BlkioView;
import dev.wherry.api.dto.StatsView.CpuUsageView;
import dev.wherry.api.dto.StatsView.CpuView;
import dev.wherry.api.dto.StatsView.InterfaceView;
import dev.wherry.api.dto.StatsView.MemoryView;
import dev.wherry.api.dto.StatsView.PidsView;
import dev.wherry.api.dto.StatsView.ThrottlingView;
import dev.wherry.engine.cgroup.CgroupStats;
import dev.wherry.engine.usage.InterfaceCounters;
import dev.wherry.engine.usage.UsageSample;
import dev.wherry.verticles.container.UsageReading;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a container uses, in the words of the API, which differ by version of control groups. */
public final class StatsJson {
  private static final BigInteger NO_LIMIT =
      BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

  /** The members of version 1's {@code memory.stat} that dockerd passes on. */
  private static final Set<String> MEMORY_V1 =
      Set.of(
          "active_anon",
          "active_file",
          "cache",
          "dirty",
          "hierarchical_memory_limit",
          "hierarchical_memsw_limit",
          "inactive_anon",
          "inactive_file",
          "mapped_file",
          "pgfault",
          "pgmajfault",
          "pgpgin",
          "pgpgout",
          "rss",
          "rss_huge",
          "total_active_anon",
          "total_active_file",
          "total_cache",
          "total_dirty",
          "total_inactive_anon",
          "total_inactive_file",
          "total_mapped_file",
          "total_pgfault",
          "total_pgmajfault",
          "total_pgpgin",
          "total_pgpgout",
          "total_rss",
          "total_rss_huge",
          "total_unevictable",
          "total_writeback",
          "unevictable",
          "writeback");

  /** The same of version 2. */
  private static final Set<String> MEMORY_V2 =
      Set.of(
          "anon",
          "file",
          "kernel_stack",
          "slab",
          "sock",
          "shmem",
          "file_mapped",
          "file_dirty",
          "file_writeback",
          "anon_thp",
          "inactive_anon",
          "active_anon",
          "inactive_file",
          "active_file",
          "unevictable",
          "slab_reclaimable",
          "slab_unreclaimable",
          "pgfault",
          "pgmajfault",
          "workingset_refault",
          "workingset_activate",
          "workingset_nodereclaim",
          "pgrefill",
          "pgscan",
          "pgsteal",
          "pgactivate",
          "pgdeactivate",
          "pglazyfree",
          "pglazyfreed",
          "thp_fault_alloc",
          "thp_collapse_alloc");

  private static final CpuView NO_CPU =
      new CpuView(new CpuUsageView(0, List.of(), 0, 0), 0, 0, new ThrottlingView(0, 0, 0));
  private static final BlkioView NO_BLKIO =
      new BlkioView(null, null, null, null, null, null, null, null);

  private StatsJson() {}

  /** One reading; zeros for a container that is not alive. */
  public static StatsView view(UsageReading reading) {
    UsageSample now = reading.now();
    UsageSample before = reading.before();
    return new StatsView(
        GoTime.nano(now == null ? null : now.read()),
        GoTime.nano(before == null ? null : before.read()),
        now == null ? new PidsView(0, null) : pids(now),
        now == null ? NO_BLKIO : blkio(now),
        0,
        Map.of(),
        cpu(now),
        cpu(before),
        now == null ? new MemoryView(0, 0, Map.of(), 0, 0) : memory(now),
        "/" + reading.container().name(),
        reading.container().id(),
        now == null ? Map.of() : networks(now.networks()));
  }

  private static PidsView pids(UsageSample sample) {
    CgroupStats.Pids pids = sample.group().pids();
    BigInteger none = sample.cgroupVersion() == 2 ? NO_LIMIT : null;
    return new PidsView(
        pids.current(), pids.limit() == 0 ? none : BigInteger.valueOf(pids.limit()));
  }

  private static BlkioView blkio(UsageSample sample) {
    CgroupStats.BlockIo io = sample.group().blockIo();
    if (sample.cgroupVersion() == 2) {
      return new BlkioView(entries(io.serviceBytes()), null, null, null, null, null, null, null);
    }
    // What the CFQ scheduler counted, which left the kernel with version 5.0, is empty.
    return new BlkioView(
        entries(io.serviceBytes()),
        entries(io.serviced()),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  private static List<BlkioEntryView> entries(List<CgroupStats.Entry> entries) {
    return entries.stream()
        .map(e -> new BlkioEntryView(e.major(), e.minor(), e.operation(), e.value()))
        .toList();
  }

  private static CpuView cpu(@Nullable UsageSample sample) {
    if (sample == null) {
      return NO_CPU;
    }
    CgroupStats.Cpu cpu = sample.group().cpu();
    return new CpuView(
        new CpuUsageView(cpu.total(), cpu.perCpu(), cpu.kernel(), cpu.user()),
        sample.systemCpu(),
        sample.onlineCpus(),
        new ThrottlingView(cpu.periods(), cpu.throttledPeriods(), cpu.throttledTime()));
  }

  private static MemoryView memory(UsageSample sample) {
    CgroupStats.Memory memory = sample.group().memory();
    boolean two = sample.cgroupVersion() == 2;
    // What this kernel does not count is 0.
    Map<String, Long> details = new TreeMap<>();
    for (String name : two ? MEMORY_V2 : MEMORY_V1) {
      details.put(name, memory.details().getOrDefault(name, 0L));
    }
    return new MemoryView(
        memory.usage(),
        two ? 0 : memory.maxUsage(),
        details,
        memory.failCount(),
        Math.min(memory.limit(), sample.hostMemory()));
  }

  private static Map<String, InterfaceView> networks(Map<String, InterfaceCounters> networks) {
    var views = new LinkedHashMap<String, InterfaceView>();
    networks.forEach(
        (name, c) ->
            views.put(
                name,
                new InterfaceView(
                    c.rxBytes(),
                    c.rxPackets(),
                    c.rxErrors(),
                    c.rxDropped(),
                    c.txBytes(),
                    c.txPackets(),
                    c.txErrors(),
                    c.txDropped())));
    return views;
  }
}
