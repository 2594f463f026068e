package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answer of VolumeInspect and entry of VolumeList (Docker Engine API, {@code Volume}). */
public record VolumeView(
    String createdAt,
    String driver,
    @Nullable Map<String, String> labels,
    String mountpoint,
    String name,
    @Nullable Map<String, String> options,
    String scope,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable UsageView usageData) {

  /** Bytes and references; -1 where they were not counted. */
  public record UsageView(long refCount, long size) {}
}
