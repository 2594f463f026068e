package dev.wherry.engine.cgroup;

import dev.wherry.engine.error.Undo;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.Processes;
import java.util.List;
import java.util.Optional;

/**
 * One container's control group (cgroups(7)), made by the runtime. Every read answers with nothing
 * or zeros when the group is gone, because it may go at any moment.
 */
public sealed interface Cgroup permits CgroupV1, CgroupV2 {

  boolean exists();

  /** Ids of all processes in it and in groups below it, ascending. */
  List<Integer> pids();

  CgroupStats stats();

  /** How many processes the kernel has killed in it for want of memory. */
  long oomKills();

  /** Tells of such kills; empty if the group is gone. */
  Optional<OomNotice> oomNotice(Paths paths, Processes processes);

  boolean isFrozen();

  /**
   * Stops all its processes where they are; returns when they have stopped.
   *
   * @throws dev.wherry.engine.error.EngineException.Internal if they do not stop, in which case
   *     they run on
   */
  void freeze();

  /** Lets them go on. */
  void thaw();

  /**
   * Sets limits.
   *
   * @return puts back what was there
   * @throws dev.wherry.engine.error.EngineException.Internal if the kernel refuses one of them; all
   *     are as they were then
   */
  Undo limit(CgroupLimits limits);

  /** Sends SIGKILL to every process in it and below. */
  void kill();

  /**
   * Removes it and the groups below it in every hierarchy, killing what still runs there.
   *
   * @throws dev.wherry.engine.error.EngineException.Internal if processes do not go away
   */
  void remove();
}
