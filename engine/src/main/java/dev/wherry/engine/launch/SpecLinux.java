package dev.wherry.engine.launch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.HostConfig.SecurityOptions;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.Resources;
import dev.wherry.engine.launch.LaunchPlan.Namespace;
import dev.wherry.engine.linux.IdMapping;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The {@code linux} member of the OCI runtime-spec. */
final class SpecLinux {
  private final LaunchPlan plan;
  private final Container container;
  private final HostConfig host;
  private final HostFacts facts;
  private final HostDevices devices;

  SpecLinux(LaunchPlan plan, HostFacts facts, HostDevices devices) {
    this.plan = plan;
    this.container = plan.container();
    this.host = container.hostConfig();
    this.facts = facts;
    this.devices = devices;
  }

  ObjectNode build(@Nullable ObjectNode seccomp) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    Map<String, String> sysctls = sysctls();
    if (!sysctls.isEmpty()) {
      ObjectNode target = node.putObject("sysctl");
      sysctls.forEach(target::put);
    }
    node.set("resources", new SpecResources(host, devices, facts.cgroupVersion()).build());
    node.put("cgroupsPath", plan.cgroup());
    node.set("namespaces", namespaces());
    if (!isHostUser()) {
      node.set("uidMappings", mappings(plan.ids().users()));
      node.set("gidMappings", mappings(plan.ids().groups()));
    }
    ArrayNode nodes = devices();
    if (!nodes.isEmpty()) {
      node.set("devices", nodes);
    }
    if (seccomp != null) {
      node.set("seccomp", seccomp);
    }
    putPaths(node);
    String propagation = rootPropagation();
    if (propagation != null) {
      node.put("rootfsPropagation", propagation);
    }
    return node;
  }

  private void putPaths(ObjectNode node) {
    List<String> masked = host.security().maskedPaths();
    List<String> readonly = host.security().readonlyPaths();
    boolean privileged = host.security().privileged();
    if (masked == null) {
      masked = privileged ? List.of() : SecurityOptions.DEFAULT_MASKED_PATHS;
    }
    if (readonly == null) {
      readonly = privileged ? List.of() : SecurityOptions.DEFAULT_READONLY_PATHS;
    }
    masked.forEach(node.putArray("maskedPaths")::add);
    readonly.forEach(node.putArray("readonlyPaths")::add);
  }

  private Map<String, String> sysctls() {
    Map<String, String> result = new TreeMap<>();
    if (plan.namespaces().network() instanceof Namespace.Joined
        && !host.network().mode().startsWith("container:")
        && facts.pingSysctls()) {
      if (isHostUser()) { // it takes groups that a user namespace knows
        result.put("net.ipv4.ping_group_range", "0 2147483647");
      }
      result.put("net.ipv4.ip_unprivileged_port_start", "0");
    }
    // The runtimes' spec version has no member for it yet; the kernel has it per uts namespace.
    if (!container.config().domainname().isEmpty()
        && plan.namespaces().uts() instanceof Namespace.Own) {
      result.put("kernel.domainname", container.config().domainname());
    }
    result.putAll(host.sysctls());
    return result;
  }

  private ArrayNode namespaces() {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    list.addObject().put("type", "mount");
    put(list, "user", plan.namespaces().user());
    put(list, "network", plan.namespaces().network());
    put(list, "uts", plan.namespaces().uts());
    put(list, "pid", plan.namespaces().pid());
    put(list, "ipc", plan.namespaces().ipc());
    put(list, "cgroup", plan.namespaces().cgroup());
    return list;
  }

  private boolean isHostUser() {
    return plan.namespaces().user() instanceof Namespace.Host;
  }

  private static ArrayNode mappings(List<IdMapping.Range> ranges) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (IdMapping.Range range : ranges) {
      list.addObject()
          .put("containerID", range.inside())
          .put("hostID", range.outside())
          .put("size", range.count());
    }
    return list;
  }

  private static void put(ArrayNode list, String type, Namespace namespace) {
    switch (namespace) {
      case Namespace.Own() -> list.addObject().put("type", type);
      case Namespace.Joined(var path) ->
          list.addObject().put("type", type).put("path", path.toString());
      case Namespace.Host() -> {
        // No entry: the runtime leaves it in ours.
      }
    }
  }

  private ArrayNode devices() {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    if (host.security().privileged()) {
      devices.all().forEach(device -> add(list, device, device.path()));
    }
    for (Resources.Device wanted : host.resources().devices()) {
      String inside =
          wanted.pathInContainer().isEmpty() ? wanted.pathOnHost() : wanted.pathInContainer();
      for (HostDevices.HostDevice device : devices.at(wanted.pathOnHost())) {
        // Below a directory, the rest of the path stays as it is on the host.
        String below =
            device.path().startsWith(wanted.pathOnHost())
                ? device.path().substring(wanted.pathOnHost().length())
                : "";
        add(list, device, inside + below);
      }
    }
    return list;
  }

  private static void add(ArrayNode list, HostDevices.HostDevice device, String path) {
    list.addObject()
        .put("path", path)
        .put("type", device.type())
        .put("major", device.major())
        .put("minor", device.minor())
        .put("fileMode", device.mode())
        .put("uid", device.uid())
        .put("gid", device.gid());
  }

  /** A mount that takes part in propagation needs a root that lets it. */
  private @Nullable String rootPropagation() {
    boolean shared = false;
    boolean slave = false;
    for (MountPoint mount : container.mounts()) {
      shared |= mount.propagation().endsWith("shared");
      slave |= mount.propagation().endsWith("slave");
    }
    return shared ? "shared" : slave ? "rslave" : null;
  }
}
