package dev.wherry.engine.launch;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.cdi.CdiDevices;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.Resources;
import dev.wherry.engine.container.Resources.DeviceRequest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.LaunchPlan.Namespace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns a container's record into the configuration an OCI runtime takes (OCI runtime-spec 1.0.2,
 * config.md), with dockerd's defaults. Changes nothing, and reads nothing but what it is given,
 * whether the source of a bind mount is a file and how that is mounted, and what describes the CDI
 * devices that it names.
 */
public final class OciSpecBuilder {
  private static final String OCI_VERSION = "1.0.2";

  private final HostFacts facts;
  private final HostDevices devices;
  private final HostMounts mounts;
  private final SeccompProfile defaultProfile;
  private final CdiDevices cdi;

  public OciSpecBuilder(
      HostFacts facts,
      HostDevices devices,
      HostMounts mounts,
      SeccompProfile defaultProfile,
      CdiDevices cdi) {
    this.facts = facts;
    this.devices = devices;
    this.mounts = mounts;
    this.defaultProfile = defaultProfile;
    this.cdi = cdi;
  }

  /**
   * The runtime configuration of a container.
   *
   * @throws EngineException.InvalidParameter naming an option that cannot be had
   */
  public ObjectNode container(LaunchPlan plan) {
    Container container = plan.container();
    SpecProcess process =
        new SpecProcess(container, plan.hostname(), plan.accounts(), facts, plan.defaultUlimits());
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.put("ociVersion", OCI_VERSION);
    spec.set("process", process.ofContainer(plan.init() != null, plan.linkVariables()));
    ObjectNode root = spec.putObject("root").put("path", plan.rootfs().toString());
    if (container.hostConfig().security().readonlyRootfs()) {
      root.put("readonly", true);
    }
    if (plan.namespaces().uts() instanceof Namespace.Own) {
      spec.put("hostname", plan.hostname());
    }
    spec.set("mounts", new SpecMounts(plan, facts, mounts).build());
    if (!container.hostConfig().annotations().isEmpty()) {
      ObjectNode annotations = spec.putObject("annotations");
      container.hostConfig().annotations().forEach(annotations::put);
    }
    spec.set("linux", new SpecLinux(plan, facts, devices).build(seccomp(container)));
    List<DeviceRequest> requests = container.hostConfig().resources().deviceRequests();
    SpecCdi.checkDrivers(requests, cdi.isEnabled());
    List<String> named = SpecCdi.names(requests);
    if (!named.isEmpty()) {
      new SpecCdi(spec, devices).apply(cdi.edits(named));
    }
    return spec;
  }

  /**
   * The {@code process} of an exec (OCI runtime-spec, config.md, "Process").
   *
   * @param hostname the one its container was started with
   */
  public ObjectNode exec(Container container, String hostname, ExecSpec exec, Accounts accounts) {
    return new SpecProcess(container, hostname, accounts, facts, List.of()).ofExec(exec);
  }

  /** The {@code linux.resources} to apply to a live container. */
  public ObjectNode update(Resources limits) {
    return SpecResources.limits(limits, facts.cgroupVersion());
  }

  /**
   * Whether a container's options can be had here at all; called at create, so that the mistake is
   * told early.
   */
  public void check(Container container) {
    SecurityWords words =
        SecurityWords.parse(container.hostConfig().security().securityOpt(), false);
    Capabilities.of(container.hostConfig().security(), facts.capabilities());
    container.hostConfig().resources().deviceCgroupRules().forEach(SpecResources::rule);
    container.hostConfig().tmpfs().values().forEach(TmpfsOptions::merge);
    String profile = words.appArmorProfile();
    if (profile != null && !profile.equals(SecurityWords.UNCONFINED) && !facts.appArmor()) {
      throw new EngineException.InvalidParameter(
          "AppArmor profile \"%s\": this host has no AppArmor".formatted(profile));
    }
    if (!facts.seLinux() && words.labels().stream().anyMatch(l -> !l.equals("disable"))) {
      throw new EngineException.InvalidParameter(
          "SELinux label \"%s\": this host has no SELinux".formatted(words.labels().getFirst()));
    }
    boolean forced =
        container.hostConfig().mounts().stream()
            .anyMatch(mount -> mount.bind() != null && mount.bind().readOnlyForceRecursive());
    if (forced && !facts.recursiveReadOnly()) {
      throw new EngineException.InvalidParameter(
          "rro is not supported by kernel " + facts.kernel() + " (requires 5.12 or later)");
    }
    seccomp(container);
  }

  private @Nullable ObjectNode seccomp(Container container) {
    String wanted =
        SecurityWords.parse(container.hostConfig().security().securityOpt(), false).seccomp();
    if (container.hostConfig().security().privileged() || SecurityWords.UNCONFINED.equals(wanted)) {
      return null;
    }
    if (!facts.seccomp()) {
      if (wanted != null && !wanted.equals(SecurityWords.BUILTIN)) {
        throw new EngineException.InvalidParameter(
            "seccomp is not enabled in your kernel, cannot run a custom seccomp profile");
      }
      return null;
    }
    SeccompProfile profile =
        wanted == null || wanted.equals(SecurityWords.BUILTIN)
            ? defaultProfile
            : SeccompProfile.parse(wanted);
    List<String> capabilities =
        Capabilities.of(container.hostConfig().security(), facts.capabilities());
    return profile.resolve(capabilities, facts);
  }
}
