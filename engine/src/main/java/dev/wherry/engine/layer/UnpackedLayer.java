package dev.wherry.engine.layer;

import dev.wherry.engine.content.Digest;

/**
 * What unpacking found out about a layer.
 *
 * @param digest of the archive as it was given, compressed or not
 * @param diffId digest of the uncompressed archive (OCI image-spec, "Layer DiffID")
 * @param size bytes that the tree holds, as dockerd counts them
 * @param archiveSize bytes of the uncompressed archive
 */
public record UnpackedLayer(Digest digest, Digest diffId, long size, long archiveSize) {}
