package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code Config} of a container or image (Docker Engine API, {@code ContainerConfig}). */
public record ConfigView(
    String hostname,
    String domainname,
    String user,
    boolean attachStdin,
    boolean attachStdout,
    boolean attachStderr,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable Map<String, Empty> exposedPorts,
    boolean tty,
    boolean openStdin,
    boolean stdinOnce,
    @Nullable List<String> env,
    @Nullable List<String> cmd,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable HealthcheckView healthcheck,
    String image,
    @Nullable Map<String, Empty> volumes,
    String workingDir,
    @Nullable List<String> entrypoint,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean networkDisabled,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String macAddress,
    @Nullable List<String> onBuild,
    @Nullable Map<String, String> labels,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable String stopSignal,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer stopTimeout,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable List<String> shell)
    implements ImageView.ImageConfigShape {

  /** {@code HealthConfig}; what is 0 is left out. */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record HealthcheckView(
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> test,
      long interval,
      long timeout,
      long startPeriod,
      long startInterval,
      int retries) {}

  /** Go's {@code struct{}}, the value of a map used as a set. */
  public record Empty() {
    /** The only one there needs to be. */
    public static final Empty INSTANCE = new Empty();
  }
}
