package dev.wherry.api.mapping.create;

import static dev.wherry.api.mapping.create.NewContainerMapper.list;
import static dev.wherry.api.mapping.create.Rule.refuseIf;
import static dev.wherry.api.mapping.create.Rule.rule;

import dev.wherry.api.dto.HostConfigRequest;
import dev.wherry.api.dto.HostConfigRequest.ThrottleDeviceRequest;
import dev.wherry.api.mapping.NumberList;
import dev.wherry.api.mapping.create.Rule.Case;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** Rules of limits, from dockerd's {@code verifyPlatformContainerResources}. */
final class ResourceRules {
  /** Less than this no container can be started with. */
  private static final long MIN_MEMORY = 6L << 20;

  private static final long NANOS_PER_CPU = 1_000_000_000;

  /** Of a container that is made; one that is there may have a limit of memory already. */
  static final Rule SWAP_NEEDS_MEMORY =
      rule(
          "swap is limited together with memory",
          c ->
              refuseIf(
                  c.host().memory() == 0 && c.host().memorySwap() > 0,
                  "You should always set the Memory limit when using Memoryswap limit, see"
                      + " usage"));

  /** Of limits as they are given, whatever for. */
  static final List<Rule> ALL =
      List.of(
          rule("memory", c -> memory(c.host())),
          rule("memory and swap", c -> swap(c.host())),
          rule("memory reservation", c -> reservation(c.host())),
          rule("a disabled OOM killer", ResourceRules::oomKiller),
          rule("CPU time given one way", c -> cpuConflicts(c.host())),
          rule("no more CPUs than there are", ResourceRules::cpuCount),
          rule("CPU period and quota", c -> cpuPeriod(c.host())),
          rule("real-time CPU period and runtime", c -> realTime(c.host())),
          rule("CPU set", c -> cpuSets(c)),
          rule(
              "control group's parent",
              c ->
                  refuseIf(
                      c.host().cgroupParent() != null && c.host().cgroupParent().indexOf('\0') >= 0,
                      "invalid cgroup parent: a NUL in its name")),
          rule("numbers without a sign", c -> unsigned(c.host())),
          rule("block IO weight", ResourceRules::blockIoWeight),
          rule(
              "OOM score",
              c -> {
                int score = c.host().oomScoreAdj();
                refuseIf(
                    score < -1000 || score > 1000,
                    "Invalid value " + score + ", range for oom score adj is [-1000, 1000]");
              }),
          rule(
              "shared memory",
              c -> refuseIf(c.host().shmSize() < 0, "SHM size can not be less than 0")));

  private ResourceRules() {}

  private static void memory(HostConfigRequest host) {
    refuseIf(
        host.memory() != 0 && host.memory() < MIN_MEMORY, "Minimum memory limit allowed is 6MB");
    Long swappiness = host.memorySwappiness();
    refuseIf(
        swappiness != null && (swappiness < -1 || swappiness > 100),
        "Invalid value: " + swappiness + ", valid memory swappiness range is 0-100");
  }

  private static void swap(HostConfigRequest host) {
    refuseIf(
        host.memory() > 0 && host.memorySwap() > 0 && host.memorySwap() < host.memory(),
        "Minimum memoryswap limit should be larger than memory limit, see usage");
  }

  private static void reservation(HostConfigRequest host) {
    refuseIf(
        host.memoryReservation() != 0 && host.memoryReservation() < MIN_MEMORY,
        "Minimum memory reservation allowed is 6MB");
    refuseIf(
        host.memory() > 0 && host.memory() < host.memoryReservation(),
        "Minimum memory limit can not be less than memory reservation limit, see usage");
  }

  private static void oomKiller(Case c) {
    if (Boolean.TRUE.equals(c.host().oomKillDisable()) && c.host().memory() == 0) {
      c.warnings()
          .add(
              "OOM killer is disabled for the container, but no memory limit is set, this can"
                  + " result in the system running out of resources.");
    }
  }

  private static void cpuConflicts(HostConfigRequest host) {
    String both = " cannot both be set";
    refuseIf(
        host.nanoCpus() > 0 && host.cpuPeriod() > 0,
        "Conflicting options: Nano CPUs and CPU Period" + both);
    refuseIf(
        host.nanoCpus() > 0 && host.cpuQuota() > 0,
        "Conflicting options: Nano CPUs and CPU Quota" + both);
  }

  private static void cpuCount(Case c) {
    int count = c.defaults().cpus().size();
    long nanos = c.host().nanoCpus();
    refuseIf(
        nanos < 0 || nanos > count * NANOS_PER_CPU,
        "Range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available"
            .formatted(count, count));
  }

  private static void cpuPeriod(HostConfigRequest host) {
    refuseIf(
        host.cpuPeriod() != 0 && (host.cpuPeriod() < 1000 || host.cpuPeriod() > 1_000_000),
        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
    refuseIf(
        host.cpuQuota() > 0 && host.cpuQuota() < 1000,
        "CPU cfs quota can not be less than 1ms (i.e. 1000)");
  }

  private static void realTime(HostConfigRequest host) {
    refuseIf(
        host.cpuRealtimeRuntime() != 0
            && host.cpuRealtimePeriod() != 0
            && host.cpuRealtimeRuntime() > host.cpuRealtimePeriod(),
        "cpu real-time runtime cannot be higher than cpu real-time period");
  }

  private static void unsigned(HostConfigRequest host) {
    weight(host.blkioWeight(), "BlkioWeight");
    list(host.blkioWeightDevice()).forEach(d -> weight(d.weight(), "BlkioWeightDevice.Weight"));
    rates(host.blkioDeviceReadBps(), "BlkioDeviceReadBps");
    rates(host.blkioDeviceWriteBps(), "BlkioDeviceWriteBps");
    rates(host.blkioDeviceReadIops(), "BlkioDeviceReadIOps");
    rates(host.blkioDeviceWriteIops(), "BlkioDeviceWriteIOps");
  }

  private static void weight(int weight, String member) {
    refuseIf(weight < 0 || weight > 0xFFFF, notOfType(weight, member, "uint16"));
  }

  private static void rates(@Nullable List<ThrottleDeviceRequest> devices, String member) {
    for (ThrottleDeviceRequest device : list(devices)) {
      refuseIf(device.rate() < 0, notOfType(device.rate(), member + ".Rate", "uint64"));
    }
  }

  private static String notOfType(long number, String member, String type) {
    return "invalid JSON: json: cannot unmarshal number %d into Go struct field HostConfig.%s of type %s"
        .formatted(number, member, type);
  }

  /** Whether weights can be had depends on the kernel's scheduler of block devices. */
  private static void blockIoWeight(Case c) {
    boolean here = c.defaults().blockIoWeights();
    int weight = c.host().blkioWeight();
    if (weight > 0 && !here) {
      c.warnings()
          .add(
              "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight"
                  + " discarded.");
    }
    refuseIf(
        here && weight != 0 && (weight < 10 || weight > 1000),
        "Range of blkio weight is from 10 to 1000");
    if (c.host().blkioWeightDevice() != null && !c.host().blkioWeightDevice().isEmpty() && !here) {
      c.warnings()
          .add(
              "Your kernel does not support Block I/O weight_device or the cgroup is not mounted."
                  + " Weight-device discarded.");
    }
  }

  private static void cpuSets(Case c) {
    numbers(c.host().cpusetCpus(), c.defaults().cpus(), "cpuset cpus", "CPUs");
    numbers(c.host().cpusetMems(), c.defaults().memoryNodes(), "cpuset mems", "memory nodes");
  }

  private static void numbers(
      @Nullable String wanted, SortedSet<Integer> available, String option, String things) {
    if (wanted == null || wanted.isEmpty()) {
      return;
    }
    SortedSet<Integer> numbers = NumberList.parse(wanted);
    refuseIf(
        NumberList.isTooLarge(wanted),
        "Invalid value "
            + wanted
            + " for "
            + option
            + ": value of out range, maximum is "
            + NumberList.MAX);
    refuseIf(
        numbers == null,
        "Invalid value " + wanted + " for " + option + ": invalid format: " + wanted);
    refuseIf(
        numbers != null && !available.containsAll(numbers),
        "Requested "
            + things
            + " are not available - requested "
            + wanted
            + ", available: "
            + NumberList.format(available));
  }
}
