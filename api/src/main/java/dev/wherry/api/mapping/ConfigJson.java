package dev.wherry.api.mapping;

import dev.wherry.api.dto.ConfigView;
import dev.wherry.api.dto.ConfigView.Empty;
import dev.wherry.api.dto.ConfigView.HealthcheckView;
import dev.wherry.api.dto.ImageConfigView;
import dev.wherry.engine.container.ContainerConfig;
import dev.wherry.engine.image.Healthcheck;
import dev.wherry.engine.image.ImageConfig;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code Config} of containers and images. */
final class ConfigJson {
  private ConfigJson() {}

  /**
   * @param macAddress for a container that has none of its own
   */
  static ConfigView of(ContainerConfig config, String macAddress) {
    return new ConfigView(
        config.hostname(),
        config.domainname(),
        config.user(),
        config.attachStdin(),
        config.attachStdout(),
        config.attachStderr(),
        set(config.exposedPorts()),
        config.tty(),
        config.openStdin(),
        config.stdinOnce(),
        config.env(),
        config.cmd(),
        healthcheck(config.healthcheck()),
        config.image(),
        setOrNull(config.volumes()),
        config.workingDir(),
        config.entrypoint(),
        config.networkDisabled(),
        config.macAddress().isEmpty() ? macAddress : config.macAddress(),
        config.onBuild(),
        config.labels(),
        config.stopSignal(),
        config.stopTimeout(),
        config.shell());
  }

  /** An image's configuration; the members only a container has are shown empty. */
  static ConfigView of(ImageConfig config) {
    return new ConfigView(
        "",
        "",
        config.user(),
        false,
        false,
        false,
        set(config.exposedPorts()),
        false,
        false,
        false,
        config.env(),
        config.cmd(),
        healthcheck(config.healthcheck()),
        "",
        set(config.volumes()),
        config.workingDir(),
        config.entrypoint(),
        false,
        "",
        config.onBuild(),
        config.labels(),
        config.stopSignal(),
        config.stopTimeout(),
        config.shell());
  }

  /** An image's configuration with the members that images have. */
  static ImageConfigView ofOci(ImageConfig config) {
    return new ImageConfigView(
        config.user(),
        set(config.exposedPorts()),
        config.env(),
        config.entrypoint(),
        config.cmd(),
        set(config.volumes()),
        config.workingDir(),
        config.labels(),
        config.stopSignal(),
        config.argsEscaped(),
        healthcheck(config.healthcheck()),
        config.onBuild(),
        config.shell());
  }

  private static @Nullable HealthcheckView healthcheck(@Nullable Healthcheck check) {
    return check == null
        ? null
        : new HealthcheckView(
            check.test(),
            check.interval(),
            check.timeout(),
            check.startPeriod(),
            check.startInterval(),
            check.retries());
  }

  private static @Nullable Map<String, Empty> setOrNull(Collection<String> names) {
    return names.isEmpty() ? null : set(names);
  }

  /** A set as Go writes one: names to empty objects, sorted as Go sorts map keys. */
  static @Nullable Map<String, Empty> set(@Nullable Collection<String> names) {
    if (names == null) {
      return null;
    }
    var set = new TreeMap<String, Empty>();
    for (String name : names) {
      set.put(name, Empty.INSTANCE);
    }
    return set;
  }

  /** A list as dockerd shows one that a client may not have given. */
  static <T> @Nullable List<T> listOrNull(List<T> list) {
    return list.isEmpty() ? null : list;
  }
}
