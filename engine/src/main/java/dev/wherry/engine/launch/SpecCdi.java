package dev.wherry.engine.launch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.cdi.CdiEdits;
import dev.wherry.engine.cdi.CdiEdits.DeviceNode;
import dev.wherry.engine.container.Resources.DeviceRequest;
import dev.wherry.engine.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What CDI devices change in the configuration that an OCI runtime takes. */
final class SpecCdi {
  private static final Set<String> HOOKS =
      Set.of(
          "prestart",
          "createRuntime",
          "createContainer",
          "startContainer",
          "poststart",
          "poststop");

  private final ObjectNode spec;
  private final HostDevices devices;

  SpecCdi(ObjectNode spec, HostDevices devices) {
    this.spec = spec;
    this.devices = devices;
  }

  /**
   * Refuses what no driver can choose, as a dockerd to which none but CDI has been made known.
   *
   * @throws EngineException.Internal in dockerd's words, and by its status
   */
  static void checkDrivers(@Nullable List<DeviceRequest> requests, boolean enabled) {
    for (DeviceRequest request : requests == null ? List.<DeviceRequest>of() : requests) {
      if (!enabled || !request.driver().equals("cdi")) {
        String capabilities =
            request.capabilities().stream()
                .map(words -> "[" + String.join(" ", words) + "]")
                .collect(Collectors.joining(" ", "[", "]"));
        throw new EngineException.Internal(
            "could not select device driver \"%s\" with capabilities: %s"
                .formatted(request.driver(), capabilities));
      }
    }
  }

  /** The names that requests for the driver {@code cdi} have. */
  static List<String> names(@Nullable List<DeviceRequest> requests) {
    return requests == null
        ? List.of()
        : requests.stream().flatMap(request -> request.deviceIds().stream()).distinct().toList();
  }

  void apply(CdiEdits edits) {
    ObjectNode process = spec.withObject("/process");
    environment(process, edits.env());
    edits.additionalGids().forEach(process.withObject("/user").withArray("additionalGids")::add);
    edits.deviceNodes().forEach(this::device);
    for (CdiEdits.Mount mount : edits.mounts()) {
      ObjectNode node = spec.withArray("mounts").addObject();
      node.put("destination", mount.containerPath())
          .put("type", mount.type() == null || mount.type().isEmpty() ? "bind" : mount.type())
          .put("source", mount.hostPath());
      List<String> options = mount.options() == null ? List.of() : mount.options();
      options.forEach(node.putArray("options")::add);
    }
    edits.hooks().forEach(this::hook);
  }

  private static void environment(ObjectNode process, List<String> more) {
    List<String> before = new ArrayList<>();
    for (JsonNode variable : process.withArray("env")) {
      before.add(variable.asText());
    }
    ArrayNode env = process.putArray("env");
    SpecProcess.merged(before, more).forEach(env::add);
  }

  private void device(DeviceNode wanted) {
    String hostPath = wanted.hostPath() == null ? wanted.path() : wanted.hostPath();
    HostDevices.HostDevice host =
        wanted.type() != null && wanted.major() != null && wanted.minor() != null
            ? new HostDevices.HostDevice(
                hostPath, wanted.type(), wanted.major(), wanted.minor(), 0666, 0, 0)
            : devices.at(hostPath).getFirst();
    spec.withObject("/linux")
        .withArray("devices")
        .addObject()
        .put("path", wanted.path())
        .put("type", host.type())
        .put("major", host.major())
        .put("minor", host.minor())
        .put("fileMode", wanted.fileMode() == null ? host.mode() : wanted.fileMode())
        .put("uid", wanted.uid() == null ? host.uid() : wanted.uid())
        .put("gid", wanted.gid() == null ? host.gid() : wanted.gid());
    String permissions = wanted.permissions();
    spec.withObject("/linux/resources")
        .withArray("devices")
        .addObject()
        .put("allow", true)
        .put("type", host.type())
        .put("major", host.major())
        .put("minor", host.minor())
        .put("access", permissions == null || permissions.isEmpty() ? "rwm" : permissions);
  }

  private void hook(CdiEdits.Hook hook) {
    if (!HOOKS.contains(hook.hookName()) || !hook.path().startsWith("/")) {
      throw new EngineException.InvalidParameter(
          "CDI device injection failed: invalid hook %s of %s"
              .formatted(hook.hookName(), hook.path()));
    }
    ObjectNode node = spec.withObject("/hooks").withArray(hook.hookName()).addObject();
    node.put("path", hook.path());
    if (hook.args() != null) {
      hook.args().forEach(node.putArray("args")::add);
    }
    if (hook.env() != null) {
      hook.env().forEach(node.putArray("env")::add);
    }
    if (hook.timeout() != null) {
      node.put("timeout", hook.timeout());
    }
  }
}
