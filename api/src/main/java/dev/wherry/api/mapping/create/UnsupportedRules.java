package dev.wherry.api.mapping.create;

import static dev.wherry.api.mapping.create.NewContainerMapper.list;
import static dev.wherry.api.mapping.create.Rule.before;
import static dev.wherry.api.mapping.create.Rule.isSet;
import static dev.wherry.api.mapping.create.Rule.refuseIf;
import static dev.wherry.api.mapping.create.Rule.rule;
import static dev.wherry.api.mapping.create.Rule.since;

import dev.wherry.api.dto.HostConfigRequest;
import dev.wherry.api.dto.MountRequest;
import dev.wherry.api.mapping.create.Rule.Case;
import dev.wherry.engine.error.EngineException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Options that exist in the API and not here, each refused by its name rather than dropped. */
final class UnsupportedRules {
  private static final Set<String> MOUNT_TYPES = Set.of("bind", "volume", "tmpfs", "image");

  /** From 1.42 on the member is no more, and what is sent in it is no concern of ours. */
  static final Rule KERNEL_MEMORY =
      before(1, 42, "kernel memory, which Linux has no more", UnsupportedRules::kernelMemory);

  static final List<Rule> ALL =
      List.of(
          rule("cgroup of another container", c -> lacks(isSet(c.host().cgroup()), "Cgroup")),
          rule("mounts", c -> mounts(c.host().mounts())),
          since(
              1,
              42,
              "options of mounts",
              c -> list(c.host().mounts()).forEach(UnsupportedRules::options)),
          rule(
              "cgroup namespace mode",
              c ->
                  refuseIf(
                      isSet(c.host().cgroupnsMode())
                          && !Set.of("private", "host").contains(c.host().cgroupnsMode()),
                      "invalid cgroup namespace mode: " + c.host().cgroupnsMode())),
          rule("IPC mode", c -> ipcMode(c.host().ipcMode())),
          rule("PID mode", c -> mode(c.host().pidMode(), "PID", true)),
          rule("UTS mode", c -> mode(c.host().utsMode(), "UTS", false)),
          rule(
              "TCP buffers of the kernel",
              c -> lacks(c.host().kernelMemoryTcp() != 0, "KernelMemoryTCP")),
          rule("isolation, which Windows has", c -> isolation(c.host().isolation())),
          rule("quality of service, which Windows has", c -> qualityOfService(c.host())),
          rule("CPU count and percent, which Windows has", UnsupportedRules::windowsCpu),
          KERNEL_MEMORY);

  private UnsupportedRules() {}

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
    refuseIf(
        !MOUNT_TYPES.contains(type),
        "invalid mount config for type \"" + type + "\": mount type unknown");
    lacks(mount.clusterOptions() != null, "Mounts.ClusterOptions");
  }

  /** Options of another type of mount. */
  private static void options(MountRequest mount) {
    onlyOf("bind", "BindOptions", mount.bindOptions(), mount);
    onlyOf("volume", "VolumeOptions", mount.volumeOptions(), mount);
    onlyOf("image", "ImageOptions", mount.imageOptions(), mount);
    onlyOf("tmpfs", "TmpfsOptions", mount.tmpfsOptions(), mount);
  }

  private static void onlyOf(
      String type, String member, @Nullable Object options, MountRequest mount) {
    refuseIf(
        options != null && !type.equals(mount.type()),
        member + " must not be specified on mount type \"" + mount.type() + "\"");
  }

  private static void ipcMode(@Nullable String mode) {
    if (mode == null || Set.of("none", "shareable", "private").contains(mode)) {
      return;
    }
    mode(mode, "IPC", true);
  }

  private static void mode(@Nullable String mode, String kind, boolean joins) {
    boolean known =
        mode == null
            || mode.isEmpty()
            || mode.equals("host")
            || (joins && mode.startsWith("container:") && mode.length() > "container:".length());
    refuseIf(!known, "invalid " + kind + " mode: " + mode);
  }

  private static void isolation(@Nullable String isolation) {
    refuseIf(
        isSet(isolation) && !"default".equals(isolation),
        "Invalid isolation: \"" + isolation + "\" - linux only supports 'default'");
  }

  private static void qualityOfService(HostConfigRequest host) {
    String prefix = "Invalid QoS settings: linux does not support configuration of maximum ";
    refuseIf(host.ioMaximumBandwidth() != 0, prefix + "bandwidth");
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
    if (c.host().kernelMemory() != 0) {
      c.warnings()
          .add(
              "Your kernel does not support kernel memory limit capabilities or the cgroup is not"
                  + " mounted. Limitation discarded.");
    }
  }
}
