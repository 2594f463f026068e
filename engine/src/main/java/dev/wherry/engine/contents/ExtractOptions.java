package dev.wherry.engine.contents;

/**
 * How an archive is extracted into a container.
 *
 * @param keepKinds whether a directory in the place of something else, or the other way round, is
 *     refused instead of replaced
 * @param ownedByUser whether all gets the container's user as its owner instead of the archive's
 */
public record ExtractOptions(boolean keepKinds, boolean ownedByUser) {}
