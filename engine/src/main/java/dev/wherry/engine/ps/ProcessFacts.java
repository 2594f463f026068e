package dev.wherry.engine.ps;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;

/**
 * What procfs tells of one process (proc(5)), in units of its own.
 *
 * @param state one letter
 * @param tty the device number of its terminal, 0 for none
 * @param cpu time on CPUs so far
 * @param virtualKiB size of its address space
 * @param residentKiB what of it is in memory
 * @param memoryKiB all memory of the host
 * @param priority as the kernel counts, 20 for one that is neither nice nor greedy
 * @param processor the CPU it ran on last
 * @param realTimePriority 0 for one that has none
 * @param policy that of its scheduling, numbered as in sched(7)
 * @param commandLine its arguments joined by blanks, or its name in brackets if it has none
 */
record ProcessFacts(
    int pid,
    int parent,
    int group,
    int session,
    int uid,
    String user,
    String name,
    String commandLine,
    char state,
    int tty,
    int foregroundGroup,
    int nice,
    int threads,
    Duration cpu,
    Instant started,
    ZonedDateTime now,
    long virtualKiB,
    long residentKiB,
    long memoryKiB,
    int priority,
    int processor,
    int realTimePriority,
    int policy) {

  Duration elapsed() {
    Duration elapsed = Duration.between(started, now.toInstant());
    return elapsed.isNegative() ? Duration.ZERO : elapsed;
  }

  /** Tenths of a percent of one CPU over its life. */
  long cpuPermille() {
    long life = elapsed().toMillis();
    return life == 0 ? 0 : cpu.toMillis() * 1000 / life;
  }
}
