package dev.wherry.engine.contents;

import dev.wherry.engine.image.ImageConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a container is to be committed as.
 *
 * @param reference the tag to give, {@code null} for none
 * @param changes Dockerfile instructions, applied to the configuration
 * @param pause whether a running container is paused meanwhile
 * @param config what to use of the configuration instead of the container's, {@code null} for
 *     nothing
 */
public record CommitRequest(
    @Nullable String reference,
    String comment,
    String author,
    List<String> changes,
    boolean pause,
    @Nullable ImageConfig config) {}
