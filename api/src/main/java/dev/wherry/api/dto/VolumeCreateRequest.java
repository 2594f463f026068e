package dev.wherry.api.dto;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Body of VolumeCreate (Docker Engine API, {@code VolumeCreateOptions}). */
public record VolumeCreateRequest(
    @Nullable String name,
    @Nullable String driver,
    @Nullable Map<String, String> driverOpts,
    @Nullable Map<String, String> labels,
    @Nullable Object clusterVolumeSpec) {

  /** What a {@code null} body means. */
  public static final VolumeCreateRequest DEFAULT =
      new VolumeCreateRequest(null, null, null, null, null);
}
