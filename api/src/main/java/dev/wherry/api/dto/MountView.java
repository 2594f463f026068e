package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code HostConfig.Mounts}, as it was asked for (Docker Engine API, {@code Mount}).
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record MountView(
    String type,
    String source,
    String target,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean readOnly,
    String consistency,
    @Nullable BindView bindOptions,
    @Nullable VolumeView volumeOptions,
    @Nullable TmpfsView tmpfsOptions,
    @Nullable ImageView imageOptions) {

  /** {@code ImageOptions}. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record ImageView(String subpath) {}

  /** {@code BindOptions}. */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record BindView(
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String propagation,
      boolean nonRecursive,
      boolean createMountpoint,
      boolean readOnlyNonRecursive,
      boolean readOnlyForceRecursive) {}

  /** {@code VolumeOptions}. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record VolumeView(
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean noCopy,
      Map<String, String> labels,
      @Nullable DriverView driverConfig,
      String subpath) {}

  /** {@code DriverConfig}. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record DriverView(String name, Map<String, String> options) {}

  /** {@code TmpfsOptions}. */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record TmpfsView(
      long sizeBytes,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer mode,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<List<String>> options) {}
}
