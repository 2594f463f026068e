package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer of ImageInspect (Docker Engine API).
 *
 * @param container left the API with 1.45
 * @param containerConfig likewise, but docker-compose 1.29 asks with the newest version there is
 *     and fails without
 */
public record ImageView(
    String id,
    List<String> repoTags,
    List<String> repoDigests,
    String parent,
    String comment,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String created,
    String container,
    ConfigView containerConfig,
    String dockerVersion,
    String author,
    ImageConfigShape config,
    String architecture,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable String variant,
    String os,
    @JsonProperty("OsVersion") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable String osVersion,
    long size,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long virtualSize,
    GraphDriverView graphDriver,
    @JsonProperty("RootFS") RootFsView rootFs,
    MetadataView metadata,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ImageManifestView> manifests) {

  /** {@code Config}: as a container has it, or since 1.50 as images alone have it. */
  public sealed interface ImageConfigShape permits ConfigView, ImageConfigView {}

  /** {@code RootFS}. */
  public record RootFsView(
      String type, @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> layers) {}

  /** What is known here and not in the image itself. */
  public record MetadataView(String lastTagTime) {}
}
