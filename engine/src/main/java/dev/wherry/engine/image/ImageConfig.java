package dev.wherry.engine.image;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The execution parameters an image carries (OCI image-spec, config.md, member {@code config}, plus
 * Docker's own members). A {@code null} list or map is one the image's author never gave, which the
 * API shows as {@code null}; an empty one was given empty.
 *
 * @param exposedPorts ports such as {@code 80/tcp}
 * @param volumes absolute paths inside the container
 * @param stopTimeout seconds
 * @param argsEscaped means something on Windows alone, and is shown
 */
public record ImageConfig(
    String user,
    @Nullable Set<String> exposedPorts,
    @Nullable List<String> env,
    @Nullable List<String> entrypoint,
    @Nullable List<String> cmd,
    @Nullable Set<String> volumes,
    String workingDir,
    @Nullable Map<String, String> labels,
    @Nullable String stopSignal,
    @Nullable Integer stopTimeout,
    @Nullable Healthcheck healthcheck,
    @Nullable List<String> onBuild,
    @Nullable List<String> shell,
    boolean argsEscaped) {

  public static final ImageConfig EMPTY =
      new ImageConfig(
          "", null, null, null, null, null, "", null, null, null, null, null, null, false);
}
