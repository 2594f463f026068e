package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerConfig;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.Resources;
import dev.wherry.engine.container.RestartPolicy;
import dev.wherry.engine.image.Healthcheck;
import dev.wherry.engine.lifecycle.NewContainer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Records to test with. */
final class Samples {
  private Samples() {}

  /** What the tests vary. */
  record Options(
      boolean tty,
      boolean openStdin,
      boolean stdinOnce,
      String stopSignal,
      Integer stopTimeout,
      boolean autoRemove,
      RestartPolicy restartPolicy) {
    static final Options PLAIN =
        new Options(false, false, false, null, null, false, RestartPolicy.NO);

    Options withAutoRemove() {
      return new Options(tty, openStdin, stdinOnce, stopSignal, stopTimeout, true, restartPolicy);
    }

    Options withStdinOnce() {
      return new Options(tty, true, true, stopSignal, stopTimeout, autoRemove, restartPolicy);
    }

    Options withStopSignal(String signal) {
      return new Options(tty, openStdin, stdinOnce, signal, stopTimeout, autoRemove, restartPolicy);
    }

    Options withPolicy(RestartPolicy.Mode mode, int max) {
      return new Options(
          tty,
          openStdin,
          stdinOnce,
          stopSignal,
          stopTimeout,
          autoRemove,
          new RestartPolicy(mode, max));
    }
  }

  static NewContainer request(String name, Options options) {
    return new NewContainer(
        name,
        "",
        "busybox",
        "",
        "",
        "",
        false,
        true,
        true,
        Set.of(),
        options.tty(),
        options.openStdin(),
        options.stdinOnce(),
        List.of(),
        List.of("true"),
        null,
        Set.of(),
        "",
        null,
        false,
        "",
        Map.of(),
        options.stopSignal(),
        options.stopTimeout(),
        null,
        null,
        hostConfig(options),
        Map.of());
  }

  static Container container(String id, NewContainer request) {
    return new Container(
        id,
        request.name(),
        Instant.now(),
        "true",
        List.of(),
        config(request, null),
        request.hostConfig(),
        "sha256:1",
        null,
        "linux",
        ContainerState.Created.FRESH,
        Map.of(),
        null,
        List.of(),
        "overlay2",
        0,
        false,
        false);
  }

  /** The same with a healthcheck. */
  static Container probed(Container c, Healthcheck check) {
    ContainerConfig config = config(request(c.name(), Options.PLAIN), check);
    return new Container(
        c.id(),
        c.name(),
        c.created(),
        c.path(),
        c.args(),
        config,
        c.hostConfig(),
        c.imageId(),
        c.chainId(),
        c.platform(),
        c.state(),
        c.networks(),
        c.networkSandbox(),
        c.mounts(),
        c.driver(),
        c.restartCount(),
        c.hasBeenStartedBefore(),
        c.hasBeenManuallyStopped());
  }

  private static ContainerConfig config(NewContainer request, Healthcheck check) {
    return new ContainerConfig(
        "host",
        "",
        "",
        false,
        true,
        true,
        Set.of(),
        request.tty(),
        request.openStdin(),
        request.stdinOnce(),
        List.of(),
        request.cmd(),
        check,
        request.image(),
        Set.of(),
        "",
        null,
        false,
        "",
        null,
        Map.of(),
        request.stopSignal(),
        request.stopTimeout(),
        null);
  }

  private static HostConfig hostConfig(Options options) {
    return new HostConfig(
        List.of(),
        List.of(),
        Map.of(),
        List.of(),
        "",
        "",
        new HostConfig.LogConfig("json-file", Map.of()),
        new HostConfig.NetworkOptions(
            "default", Map.of(), false, List.of(), List.of(), List.of(), List.of(), List.of()),
        options.restartPolicy(),
        options.autoRemove(),
        new HostConfig.SecurityOptions(
            false, false, List.of(), List.of(), List.of(), List.of(), null, null),
        new HostConfig.NamespaceModes("", "", "", "", ""),
        resources(),
        0,
        Map.of(),
        Map.of(),
        Map.of(),
        "",
        null,
        "",
        null,
        Set.of());
  }

  private static Resources resources() {
    return new Resources(
        0, 0, 0, "", 0, List.of(), List.of(), List.of(), List.of(), List.of(), 0, 0, 0, 0, "", "",
        List.of(), List.of(), 0, 0, null, null, 0, null, List.of(), null);
  }

  static ExecSpec exec(boolean stdin, boolean tty) {
    return new ExecSpec(
        List.of("sh"), List.of(), "", "", false, tty, stdin, true, true, null, null);
  }
}
