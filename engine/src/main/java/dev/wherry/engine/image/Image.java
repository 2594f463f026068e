package dev.wherry.engine.image;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One image as the store knows it: immutable, replaced as a whole when a tag moves.
 *
 * @param id digest of the image's configuration, {@code sha256:...}; the image id clients see
 * @param repoTags familiar references with tag, such as {@code busybox:latest}, sorted
 * @param repoDigests familiar references with digest, sorted
 * @param parent id of the parent image or empty
 * @param created when the author says it was made; {@code null} where the configuration has none
 * @param size bytes of all layers, unpacked, as dockerd counts them
 * @param diffIds digests of the uncompressed layers, lowest first
 * @param chainId identity of the stack of layers (OCI image-spec, "Layer ChainID"); {@code null}
 *     for an image without layers
 * @param container id of the container it was committed from, empty where its maker names none
 * @param containerConfig that container's configuration as its maker recorded it, empty where not
 * @param lastTagged when a tag was last put on it here, {@code null} if never
 */
public record Image(
    String id,
    List<String> repoTags,
    List<String> repoDigests,
    String parent,
    String comment,
    @Nullable Instant created,
    String author,
    String architecture,
    @Nullable String variant,
    String os,
    @Nullable String osVersion,
    String dockerVersion,
    ImageConfig config,
    String container,
    ImageConfig containerConfig,
    long size,
    List<String> diffIds,
    @Nullable String chainId,
    List<HistoryEntry> history,
    @Nullable Instant lastTagged) {

  /** One step of the image's making (OCI image-spec, config.md, {@code history}). */
  public record HistoryEntry(
      @Nullable Instant created,
      String createdBy,
      String author,
      String comment,
      boolean emptyLayer,
      long size) {}

  /** The same image, as a listing shows it that leaves some of its names out. */
  Image withNames(List<String> tags, List<String> digests) {
    return new Image(
        id,
        tags,
        digests,
        parent,
        comment,
        created,
        author,
        architecture,
        variant,
        os,
        osVersion,
        dockerVersion,
        config,
        container,
        containerConfig,
        size,
        diffIds,
        chainId,
        history,
        lastTagged);
  }
}
