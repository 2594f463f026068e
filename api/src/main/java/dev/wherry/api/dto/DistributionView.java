package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** {@code DistributionInspect}: what a registry has under a name. */
public record DistributionView(DescriptorView descriptor, List<PlatformView> platforms) {

  /** An OCI descriptor. */
  public record DescriptorView(
      @JsonProperty("mediaType") String mediaType,
      @JsonProperty("digest") String digest,
      @JsonProperty("size") long size) {}

  /** An OCI platform. */
  public record PlatformView(
      @JsonProperty("architecture") String architecture,
      @JsonProperty("os") String os,
      @JsonProperty("variant") @JsonInclude(JsonInclude.Include.NON_EMPTY) String variant) {}
}
