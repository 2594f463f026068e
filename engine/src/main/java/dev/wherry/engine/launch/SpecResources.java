package dev.wherry.engine.launch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.Resources;
import dev.wherry.engine.container.Resources.ThrottleDevice;
import dev.wherry.engine.error.EngineException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code linux.resources} of the OCI runtime-spec. Its terms are those of control groups
 * version 1; the runtime translates them on a version 2 host.
 */
final class SpecResources {
  private static final long CPU_PERIOD = 100_000;
  private static final long NANOS_PER_CPU = 1_000_000_000;
  private static final Pattern DEVICE_RULE =
      Pattern.compile("^([acb]) ([0-9]+|\\*):([0-9]+|\\*) ([rwm]{1,3})$");

  /** Character devices that every container may use, beside those the runtime itself makes. */
  private static final int[][] ALLOWED = {{1, 5}, {1, 3}, {1, 9}, {1, 8}, {5, 0}, {5, 1}};

  private final HostConfig host;
  private final Resources limits;
  private final HostDevices devices;
  private final int cgroupVersion;

  SpecResources(HostConfig host, HostDevices devices, int cgroupVersion) {
    this.host = host;
    this.limits = host.resources();
    this.devices = devices;
    this.cgroupVersion = cgroupVersion;
  }

  ObjectNode build() {
    ObjectNode node = limits(limits, cgroupVersion);
    node.set("devices", deviceRules());
    putUnlessEmpty(node, "blockIO", blockIo());
    return node;
  }

  /** Only what {@code update} may change on a live container. */
  static ObjectNode limits(Resources limits, int cgroupVersion) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    putUnlessEmpty(node, "memory", memory(limits, cgroupVersion));
    putUnlessEmpty(node, "cpu", cpu(limits));
    Long pids = limits.pidsLimit();
    if (pids != null && pids != 0) {
      node.putObject("pids").put("limit", pids < 0 ? -1 : pids);
    }
    return node;
  }

  private static ObjectNode memory(Resources limits, int cgroupVersion) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    putPositive(node, "limit", limits.memory());
    putPositive(node, "reservation", limits.memoryReservation());
    if (limits.memorySwap() != 0) {
      node.put("swap", limits.memorySwap());
    }
    if (cgroupVersion == 1) {
      Long swappiness = limits.memorySwappiness();
      if (swappiness != null && swappiness >= 0) {
        node.put("swappiness", swappiness);
      }
      if (Boolean.TRUE.equals(limits.oomKillDisable())) {
        node.put("disableOOMKiller", true);
      }
    }
    return node;
  }

  private static ObjectNode cpu(Resources limits) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    if (limits.cpuShares() < 0) {
      throw new EngineException.Internal("shares: invalid argument");
    }
    putPositive(node, "shares", limits.cpuShares());
    if (limits.nanoCpus() > 0) {
      node.put("quota", limits.nanoCpus() * CPU_PERIOD / NANOS_PER_CPU).put("period", CPU_PERIOD);
    } else {
      if (limits.cpuQuota() != 0) {
        node.put("quota", limits.cpuQuota());
      }
      putPositive(node, "period", limits.cpuPeriod());
    }
    putPositive(node, "realtimePeriod", limits.cpuRealtimePeriod());
    if (limits.cpuRealtimeRuntime() != 0) {
      node.put("realtimeRuntime", limits.cpuRealtimeRuntime());
    }
    if (!limits.cpusetCpus().isEmpty()) {
      node.put("cpus", limits.cpusetCpus());
    }
    if (!limits.cpusetMems().isEmpty()) {
      node.put("mems", limits.cpusetMems());
    }
    return node;
  }

  private ObjectNode blockIo() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    putPositive(node, "weight", limits.blkioWeight());
    if (!limits.blkioWeightDevice().isEmpty()) {
      ArrayNode list = node.putArray("weightDevice");
      for (Resources.WeightDevice device : limits.blkioWeightDevice()) {
        numbers(list.addObject(), device.path()).put("weight", device.weight());
      }
    }
    throttle(node, "throttleReadBpsDevice", limits.blkioDeviceReadBps());
    throttle(node, "throttleWriteBpsDevice", limits.blkioDeviceWriteBps());
    throttle(node, "throttleReadIOPSDevice", limits.blkioDeviceReadIops());
    throttle(node, "throttleWriteIOPSDevice", limits.blkioDeviceWriteIops());
    return node;
  }

  private void throttle(ObjectNode node, String name, List<ThrottleDevice> entries) {
    if (entries.isEmpty()) {
      return;
    }
    ArrayNode list = node.putArray(name);
    for (ThrottleDevice device : entries) {
      numbers(list.addObject(), device.path()).put("rate", device.rate());
    }
  }

  private ObjectNode numbers(ObjectNode node, String path) {
    HostDevices.HostDevice device = devices.at(path).getFirst();
    return node.put("major", device.major()).put("minor", device.minor());
  }

  private ArrayNode deviceRules() {
    ArrayNode rules = JsonNodeFactory.instance.arrayNode();
    if (host.security().privileged()) {
      rules.addObject().put("allow", true).put("access", "rwm");
      return rules;
    }
    rules.addObject().put("allow", false).put("access", "rwm");
    for (int[] numbers : ALLOWED) {
      allow(rules, "c", numbers[0], numbers[1], "rwm");
    }
    for (Resources.Device device : limits.devices()) {
      for (HostDevices.HostDevice node : devices.at(device.pathOnHost())) {
        allow(rules, node.type(), node.major(), node.minor(), access(device));
      }
    }
    limits.deviceCgroupRules().forEach(rule -> rules.add(rule(rule)));
    return rules;
  }

  private static String access(Resources.Device device) {
    return device.cgroupPermissions().isEmpty() ? "rwm" : device.cgroupPermissions();
  }

  private static void allow(ArrayNode rules, String type, long major, long minor, String access) {
    rules
        .addObject()
        .put("allow", true)
        .put("type", type)
        .put("major", major)
        .put("minor", minor)
        .put("access", access);
  }

  /** One rule in the words of the devices controller, for example {@code c 42:* rmw}. */
  static ObjectNode rule(String text) {
    Matcher matcher = DEVICE_RULE.matcher(text);
    if (!matcher.matches()) {
      throw new EngineException.InvalidParameter(
          "invalid device cgroup rule format: '" + text + "'");
    }
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("allow", true).put("type", matcher.group(1));
    putNumber(node, "major", matcher.group(2));
    putNumber(node, "minor", matcher.group(3));
    return node.put("access", matcher.group(4));
  }

  /** All numbers are what the absence of one stands for (runtime-spec, config-linux.md). */
  private static void putNumber(ObjectNode node, String name, String text) {
    if (!text.equals("*")) {
      node.put(name, Long.parseLong(text));
    }
  }

  private static void putPositive(ObjectNode node, String name, long value) {
    if (value > 0) {
      node.put(name, value);
    }
  }

  private static void putUnlessEmpty(ObjectNode node, String name, ObjectNode value) {
    if (!value.isEmpty()) {
      node.set(name, value);
    }
  }
}
