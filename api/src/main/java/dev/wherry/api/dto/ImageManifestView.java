package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.wherry.api.dto.DistributionView.DescriptorView;
import dev.wherry.api.dto.DistributionView.PlatformView;
import java.util.List;

/**
 * A manifest of an image (Docker Engine API, {@code ImageManifestSummary}); all of ours are of the
 * kind {@code image}.
 */
public record ImageManifestView(
    @JsonProperty("ID") String id,
    DescriptorView descriptor,
    boolean available,
    SizeView size,
    String kind,
    ImageDataView imageData) {

  /**
   * Bytes on disk.
   *
   * @param content of blobs
   * @param total with what is unpacked
   */
  public record SizeView(long content, long total) {}

  /** What there is of an image. */
  public record ImageDataView(PlatformView platform, List<String> containers, UnpackedView size) {}

  /** Bytes of all layers' files. */
  public record UnpackedView(long unpacked) {}
}
