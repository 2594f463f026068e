package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.util.Map;

/**
 * What the driver options of a container's place on a bridge mean.
 *
 * @param interfaceName of its link, inside; empty for the next free one
 */
record EndpointOptions(String interfaceName) {
  private static final String IFNAME = "com.docker.network.endpoint.ifname";
  private static final int MAX_NAME = 15;

  /**
   * Reads them.
   *
   * @throws EngineException.InvalidParameter if there is one that this driver does not have, or a
   *     value that it can't have
   */
  static EndpointOptions of(Map<String, String> options) {
    for (String key : options.keySet()) {
      if (!key.equals(IFNAME)) {
        throw new EngineException.InvalidParameter(
            "driver option " + key + " of an endpoint is not supported by the bridge driver");
      }
    }
    String name = options.getOrDefault(IFNAME, "");
    if (!name.isEmpty() && !isLinkName(name)) {
      throw new EngineException.InvalidParameter("invalid value for " + IFNAME + ": " + name);
    }
    return new EndpointOptions(name);
  }

  /** Whether the kernel takes it as a name, and it needs no quoting anywhere. */
  static boolean isLinkName(String name) {
    return name.length() <= MAX_NAME && name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*");
  }
}
