package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.ContainerConfig;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ConfigMerge;
import dev.wherry.engine.image.ImageConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fills in from the image what a create request leaves open, by dockerd's rules. */
final class ImageDefaults {

  /**
   * @param path the executable, and {@code args} its arguments
   */
  record Merged(ContainerConfig config, String path, List<String> args) {}

  private ImageDefaults() {}

  /**
   * @param hostname for a request that names none
   * @throws EngineException.InvalidParameter if there is nothing to execute
   */
  static Merged merge(NewContainer request, ImageConfig image, String hostname) {
    List<String> entrypoint = request.entrypoint();
    List<String> cmd = request.cmd();
    // An entrypoint of one's own makes the image's command meaningless.
    if (isEmpty(entrypoint)) {
      cmd = isEmpty(cmd) ? image.cmd() : cmd;
      entrypoint = entrypoint == null ? image.entrypoint() : entrypoint;
    }
    if (entrypoint != null && entrypoint.equals(List.of(""))) {
      entrypoint = null;
    }
    List<String> command = new ArrayList<>();
    if (entrypoint != null) {
      command.addAll(entrypoint);
    }
    if (cmd != null) {
      command.addAll(cmd);
    }
    if (command.isEmpty()) {
      throw new EngineException.InvalidParameter("no command specified");
    }
    return new Merged(
        config(request, image, hostname, entrypoint, cmd),
        command.getFirst(),
        List.copyOf(command.subList(1, command.size())));
  }

  private static ContainerConfig config(
      NewContainer request,
      ImageConfig image,
      String hostname,
      @Nullable List<String> entrypoint,
      @Nullable List<String> cmd) {
    return new ContainerConfig(
        request.hostname().isEmpty() ? hostname : request.hostname(),
        request.domainname(),
        request.user().isEmpty() ? image.user() : request.user(),
        request.attachStdin(),
        request.attachStdout(),
        request.attachStderr(),
        ConfigMerge.union(image.exposedPorts(), request.exposedPorts()),
        request.tty(),
        request.openStdin(),
        request.stdinOnce(),
        ConfigMerge.environment(request.env(), image.env()),
        cmd,
        ConfigMerge.healthcheck(request.healthcheck(), image.healthcheck()),
        request.image(),
        ConfigMerge.union(image.volumes(), request.volumes()),
        clean(request.workingDir().isEmpty() ? image.workingDir() : request.workingDir()),
        entrypoint,
        request.networkDisabled(),
        request.macAddress(),
        request.onBuild(),
        ConfigMerge.labels(image.labels(), request.labels()),
        request.stopSignal() == null || request.stopSignal().isEmpty()
            ? image.stopSignal()
            : request.stopSignal(),
        request.stopTimeout(),
        request.shell());
  }

  /** Without dots and double slashes, as inspect shows it. */
  private static String clean(String directory) {
    return directory.isEmpty() || directory.indexOf('\0') >= 0
        ? directory
        : BindSpec.clean(directory);
  }

  private static boolean isEmpty(@Nullable List<String> list) {
    return list == null || list.isEmpty();
  }
}
