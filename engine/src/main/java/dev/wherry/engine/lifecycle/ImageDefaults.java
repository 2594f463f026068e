package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.ContainerConfig;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Healthcheck;
import dev.wherry.engine.image.ImageConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
      throw new EngineException.InvalidParameter("No command specified");
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
        union(image.exposedPorts(), request.exposedPorts()),
        request.tty(),
        request.openStdin(),
        request.stdinOnce(),
        environment(request.env(), image.env()),
        cmd,
        healthcheck(request.healthcheck(), image.healthcheck()),
        request.image(),
        union(image.volumes(), request.volumes()),
        request.workingDir().isEmpty() ? image.workingDir() : request.workingDir(),
        entrypoint,
        request.networkDisabled(),
        request.macAddress(),
        null,
        labels(image.labels(), request.labels()),
        request.stopSignal() == null || request.stopSignal().isEmpty()
            ? image.stopSignal()
            : request.stopSignal(),
        request.stopTimeout(),
        request.shell());
  }

  /** The request's own first, then those of the image that it does not name. */
  private static List<String> environment(List<String> own, @Nullable List<String> image) {
    List<String> result = new ArrayList<>(own);
    Set<String> names = new LinkedHashSet<>(own.stream().map(ImageDefaults::name).toList());
    if (image != null) {
      image.stream().filter(variable -> !names.contains(name(variable))).forEach(result::add);
    }
    return List.copyOf(result);
  }

  private static String name(String variable) {
    int equals = variable.indexOf('=');
    return equals < 0 ? variable : variable.substring(0, equals);
  }

  /** Members the request leaves open are the image's. */
  private static @Nullable Healthcheck healthcheck(
      @Nullable Healthcheck own, @Nullable Healthcheck image) {
    if (own == null || image == null) {
      return own == null ? image : own;
    }
    return new Healthcheck(
        own.test().isEmpty() ? image.test() : own.test(),
        own.interval() == 0 ? image.interval() : own.interval(),
        own.timeout() == 0 ? image.timeout() : own.timeout(),
        own.startPeriod() == 0 ? image.startPeriod() : own.startPeriod(),
        own.startInterval() == 0 ? image.startInterval() : own.startInterval(),
        own.retries() == 0 ? image.retries() : own.retries());
  }

  private static Map<String, String> labels(
      @Nullable Map<String, String> image, Map<String, String> own) {
    Map<String, String> result = new LinkedHashMap<>();
    if (image != null) {
      result.putAll(image);
    }
    result.putAll(own);
    return result;
  }

  private static Set<String> union(@Nullable Set<String> image, Set<String> own) {
    Set<String> result = new LinkedHashSet<>();
    if (image != null) {
      result.addAll(image);
    }
    result.addAll(own);
    return result;
  }

  private static boolean isEmpty(@Nullable List<String> list) {
    return list == null || list.isEmpty();
  }
}
