package dev.wherry.engine.snapshot;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a committed layer.
 *
 * @param chainId identity of the layer with all below it (OCI image-spec, "Layer ChainID")
 * @param parent chain id of the layer below, {@code null} for a lowest one
 * @param diffId digest of the layer's uncompressed archive (OCI image-spec, "Layer DiffID")
 * @param size bytes its files hold, as dockerd counts them
 * @param archiveSize bytes of the uncompressed archive
 */
public record CommittedLayer(
    String chainId, @Nullable String parent, String diffId, long size, long archiveSize) {}
