package dev.wherry.engine.lifecycle;

import dev.wherry.engine.cgroup.Cgroup;
import dev.wherry.engine.cgroup.CgroupLimits;
import dev.wherry.engine.cgroup.Cgroups;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.ContainerUpdate;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.Resources;
import dev.wherry.engine.container.RestartPolicy;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;

/**
 * Changes containers' limits. They are written into the control group by ourselves and not by the
 * runtime's {@code update}: that way each value can be put back as it was when the kernel refuses
 * another, a program less is run, and no runtime is asked twice what it makes of a value. Nothing
 * else of a runtime's is called later that would bring its own idea of the limits back.
 */
final class Updates {
  private static final long CPU_PERIOD = 100_000;
  private static final long NANOS_PER_CPU = 1_000_000_000;

  private final Cgroups cgroups;
  private final Records records;
  private final Orders orders;
  private final ContainerEvents events;

  Updates(Cgroups cgroups, Records records, Orders orders, ContainerEvents events) {
    this.cgroups = cgroups;
    this.records = records;
    this.orders = orders;
    this.events = events;
  }

  Container update(Container container, ContainerUpdate change) {
    check(container, change);
    HostConfig after = change.appliedTo(container.hostConfig());
    Undo undo =
        container.state().isAlive() ? limit(container, change, after.resources()) : new Undo();
    Container updated;
    try {
      updated = records.save(container.withHostConfig(after));
    } catch (RuntimeException e) {
      // The group is to say what the record says.
      undo.run(e);
      throw e;
    }
    events.tell(updated, "update");
    return updated;
  }

  private static void check(Container container, ContainerUpdate change) {
    if (container.state() instanceof ContainerState.Removing
        || container.state() instanceof ContainerState.Dead) {
      throw conflict(container, "container is marked for removal and cannot be \"update\"");
    }
    Resources now = container.hostConfig().resources();
    String reason = cpuConflict(now, change);
    if (reason.isEmpty() && isAboveSwap(now, change)) {
      reason =
          "Memory limit should be smaller than already set memoryswap limit,"
              + " update the memoryswap at the same time";
    }
    RestartPolicy policy = change.restartPolicy();
    if (reason.isEmpty()
        && container.hostConfig().autoRemove()
        && policy != null
        && policy.mode() != RestartPolicy.Mode.NO) {
      reason = "Restart policy cannot be updated because AutoRemove is enabled for the container";
    }
    if (!reason.isEmpty()) {
      throw conflict(container, reason);
    }
  }

  /** Whole CPUs are a quota and a period of their own. */
  private static String cpuConflict(Resources now, ContainerUpdate change) {
    String text = "Conflicting options: %s cannot be updated as %s has already been set";
    if (change.nanoCpus() > 0 && now.cpuPeriod() > 0) {
      return text.formatted("Nano CPUs", "CPU Period");
    }
    if (change.nanoCpus() > 0 && now.cpuQuota() > 0) {
      return text.formatted("Nano CPUs", "CPU Quota");
    }
    if (change.cpuPeriod() > 0 && now.nanoCpus() > 0) {
      return text.formatted("CPU Period", "NanoCPUs");
    }
    if (change.cpuQuota() > 0 && now.nanoCpus() > 0) {
      return text.formatted("CPU Quota", "NanoCPUs");
    }
    return "";
  }

  /** As in dockerd, also above a limit of swap that is not there, or none: both are to be given. */
  private static boolean isAboveSwap(Resources now, ContainerUpdate change) {
    return change.memorySwap() == 0 && change.memory() != 0 && change.memory() > now.memorySwap();
  }

  private static EngineException conflict(Container container, String reason) {
    return new EngineException.Conflict(refusal(container, reason));
  }

  private static String refusal(Container container, String reason) {
    return "Cannot update container " + container.id() + ": " + reason;
  }

  private Undo limit(Container container, ContainerUpdate change, Resources after) {
    try {
      return cgroup(container).limit(limits(change, after));
    } catch (EngineException.Internal e) {
      throw new EngineException.Internal(refusal(container, String.valueOf(e.getMessage())), e);
    }
  }

  private Cgroup cgroup(Container container) {
    return cgroups.at(orders.cgroup(container));
  }

  private CgroupLimits limits(ContainerUpdate change, Resources after) {
    // Version 2 limits swap by itself: what is left of both together, whichever of them changes.
    boolean both = cgroups.version() == 2 && (change.memory() != 0 || change.memorySwap() != 0);
    boolean whole = change.nanoCpus() != 0;
    return new CgroupLimits(
        both ? after.memory() : change.memory(),
        both ? after.memorySwap() : change.memorySwap(),
        change.memoryReservation(),
        change.cpuShares(),
        whole ? CPU_PERIOD : change.cpuPeriod(),
        whole ? change.nanoCpus() * CPU_PERIOD / NANOS_PER_CPU : change.cpuQuota(),
        change.cpusetCpus(),
        change.cpusetMems(),
        pids(change),
        change.blkioWeight());
  }

  private static long pids(ContainerUpdate change) {
    Long limit = change.pidsLimit();
    return limit == null ? 0 : limit > 0 ? limit : -1;
  }
}
