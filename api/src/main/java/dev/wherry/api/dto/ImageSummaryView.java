package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of ImageList (Docker Engine API, {@code ImageSummary}); counts not asked for are -1.
 */
public record ImageSummaryView(
    long containers,
    long created,
    String id,
    @Nullable Map<String, String> labels,
    String parentId,
    @Nullable List<String> repoDigests,
    @Nullable List<String> repoTags,
    long sharedSize,
    long size,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long virtualSize,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ImageManifestView> manifests) {

  /** The same with other names. */
  public ImageSummaryView withNames(@Nullable List<String> tags, @Nullable List<String> digests) {
    return new ImageSummaryView(
        containers,
        created,
        id,
        labels,
        parentId,
        digests,
        tags,
        sharedSize,
        size,
        virtualSize,
        manifests);
  }

  /** The same with its manifests. */
  public ImageSummaryView withManifests(List<ImageManifestView> all) {
    return new ImageSummaryView(
        containers,
        created,
        id,
        labels,
        parentId,
        repoDigests,
        repoTags,
        sharedSize,
        size,
        virtualSize,
        all);
  }
}
