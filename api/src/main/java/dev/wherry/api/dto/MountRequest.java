package dev.wherry.api.dto;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One mount of a create request (Docker Engine API, {@code Mount}). */
public record MountRequest(
    @Nullable String type,
    @Nullable String source,
    @Nullable String target,
    boolean readOnly,
    @Nullable String consistency,
    @Nullable BindOptionsRequest bindOptions,
    @Nullable VolumeOptionsRequest volumeOptions,
    @Nullable TmpfsOptionsRequest tmpfsOptions,
    @Nullable ImageOptionsRequest imageOptions,
    @Nullable Map<String, Object> clusterOptions) {

  /** Options of a bind mount. */
  public record BindOptionsRequest(
      @Nullable String propagation,
      boolean nonRecursive,
      boolean createMountpoint,
      boolean readOnlyNonRecursive,
      boolean readOnlyForceRecursive) {}

  /** Options of a volume mount. */
  public record VolumeOptionsRequest(
      boolean noCopy,
      @Nullable Map<String, String> labels,
      @Nullable DriverConfigRequest driverConfig,
      @Nullable String subpath) {}

  /** The volume's driver. */
  public record DriverConfigRequest(@Nullable String name, @Nullable Map<String, String> options) {}

  /** Options of an image mount. */
  public record ImageOptionsRequest(@Nullable String subpath) {}

  /** Options of a tmpfs. */
  public record TmpfsOptionsRequest(
      long sizeBytes, @Nullable Integer mode, @Nullable List<List<String>> options) {

    /** What is null in the list is no option. */
    public TmpfsOptionsRequest {
      options = options == null ? null : options.stream().filter(Objects::nonNull).toList();
    }
  }
}
