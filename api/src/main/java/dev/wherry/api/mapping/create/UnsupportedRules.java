package dev.wherry.api.mapping.create;

import static dev.wherry.api.mapping.create.Rule.before;
import static dev.wherry.api.mapping.create.Rule.isSet;
import static dev.wherry.api.mapping.create.Rule.refuseIf;
import static dev.wherry.api.mapping.create.Rule.rule;

import dev.wherry.api.dto.HostConfigRequest;
import dev.wherry.api.dto.MountRequest;
import dev.wherry.api.mapping.create.Rule.Case;
import dev.wherry.engine.error.EngineException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Options that exist in the API and not here, each refused by its name rather than dropped. */
final class UnsupportedRules {
  private static final Set<String> MOUNT_TYPES = Set.of("bind", "volume", "tmpfs");
  private static final Set<String> OTHER_MOUNT_TYPES = Set.of("npipe", "cluster", "image");

  /** From 1.42 on the member is no more, and what is sent in it is no concern of ours. */
  static final Rule KERNEL_MEMORY =
      before(1, 42, "kernel memory, which Linux has no more", UnsupportedRules::kernelMemory);

  static final List<Rule> ALL =
      List.of(
          rule("device requests", c -> lacks(!empty(c.host().deviceRequests()), "DeviceRequests")),
          rule("cgroup of another container", c -> lacks(isSet(c.host().cgroup()), "Cgroup")),
          rule("triggers for builds", c -> lacks(!empty(c.request().onBuild()), "OnBuild")),
          rule("mounts", c -> mounts(c.host().mounts())),
          rule(
              "cgroup namespace mode",
              c ->
                  refuseIf(
                      isSet(c.host().cgroupnsMode())
                          && !Set.of("private", "host").contains(c.host().cgroupnsMode()),
                      "invalid cgroup namespace mode: " + c.host().cgroupnsMode())),
          rule("isolation, which Windows has", c -> isolation(c.host().isolation())),
          rule("quality of service, which Windows has", c -> qualityOfService(c.host())),
          rule("CPU count and percent, which Windows has", UnsupportedRules::windowsCpu),
          KERNEL_MEMORY);

  private UnsupportedRules() {}

  private static boolean empty(@Nullable List<?> list) {
    return list == null || list.isEmpty();
  }

  private static void lacks(boolean asked, String option) {
    if (asked) {
      throw new EngineException.NotImplemented(
          "option " + option + " is not supported by this engine");
    }
  }

  private static void mounts(@Nullable List<MountRequest> mounts) {
    if (mounts != null) {
      mounts.forEach(UnsupportedRules::mount);
    }
  }

  private static void mount(MountRequest mount) {
    String type = mount.type() == null ? "" : mount.type();
    lacks(OTHER_MOUNT_TYPES.contains(type), "Mounts.Type=" + type);
    refuseIf(
        !MOUNT_TYPES.contains(type),
        "invalid mount config for type \"" + type + "\": mount type unknown");
    lacks(mount.imageOptions() != null, "Mounts.ImageOptions");
    lacks(mount.clusterOptions() != null, "Mounts.ClusterOptions");
    MountRequest.BindOptionsRequest bind = mount.bindOptions();
    if (bind != null) {
      lacks(bind.readOnlyNonRecursive(), "Mounts.BindOptions.ReadOnlyNonRecursive");
      lacks(bind.readOnlyForceRecursive(), "Mounts.BindOptions.ReadOnlyForceRecursive");
    }
    MountRequest.TmpfsOptionsRequest tmpfs = mount.tmpfsOptions();
    lacks(tmpfs != null && !empty(tmpfs.options()), "Mounts.TmpfsOptions.Options");
  }

  private static void isolation(@Nullable String isolation) {
    refuseIf(
        isSet(isolation) && !"default".equals(isolation),
        "Invalid isolation: \"" + isolation + "\" - linux only supports 'default'");
  }

  private static void qualityOfService(HostConfigRequest host) {
    String prefix = "invalid QoS settings: linux does not support Maximum IO ";
    refuseIf(host.ioMaximumBandwidth() != 0, prefix + "Bandwidth");
    refuseIf(host.ioMaximumIops() != 0, prefix + "IOPs");
  }

  private static void windowsCpu(Case c) {
    if (c.host().cpuPercent() > 0) {
      c.warnings().add("linux does not support CPU percent. Percent discarded.");
    }
    if (c.host().cpuCount() > 0) {
      c.warnings().add("linux does not support CPU count. Count discarded.");
    }
  }

  private static void kernelMemory(Case c) {
    if (c.host().kernelMemory() != 0 || c.host().kernelMemoryTcp() != 0) {
      c.warnings()
          .add(
              "Your kernel does not support kernel memory limit capabilities or the cgroup is not"
                  + " mounted. Limitation discarded.");
    }
  }
}
