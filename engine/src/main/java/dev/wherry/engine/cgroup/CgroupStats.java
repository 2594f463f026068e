package dev.wherry.engine.cgroup;

import java.util.List;
import java.util.Map;

/** What a control group has used, at one moment. */
public record CgroupStats(Cpu cpu, Memory memory, Pids pids, BlockIo blockIo) {

  /** What a group that is gone shows. */
  public static final CgroupStats NONE =
      new CgroupStats(
          new Cpu(0, 0, 0, List.of(), 0, 0, 0),
          new Memory(0, 0, 0, 0, 0, Map.of()),
          new Pids(0, 0),
          new BlockIo(List.of(), List.of()));

  /**
   * All times in nanoseconds.
   *
   * @param perCpu time on each CPU; empty on version 2, which does not tell
   * @param periods enforcement intervals that have passed
   * @param throttledPeriods those in which the group ran into its quota
   */
  public record Cpu(
      long total,
      long user,
      long kernel,
      List<Long> perCpu,
      long periods,
      long throttledPeriods,
      long throttledTime) {}

  /**
   * All sizes in bytes.
   *
   * @param maxUsage the highest usage so far; 0 where the kernel does not tell
   * @param failCount how often the limit was hit; on version 2 how often nothing could be reclaimed
   *     any more then
   * @param limit {@link Long#MAX_VALUE} for none
   * @param oomKills processes the kernel killed in it for want of memory
   * @param details the kernel's {@code memory.stat}
   */
  public record Memory(
      long usage,
      long maxUsage,
      long failCount,
      long limit,
      long oomKills,
      Map<String, Long> details) {}

  /**
   * @param limit 0 for none
   */
  public record Pids(long current, long limit) {}

  /** Bytes moved and operations done, by device and kind. */
  public record BlockIo(List<Entry> serviceBytes, List<Entry> serviced) {}

  /**
   * @param operation the kernel's word, for example {@code Read}
   */
  public record Entry(long major, long minor, String operation, long value) {}
}
