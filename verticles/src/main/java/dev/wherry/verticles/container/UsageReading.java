package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.usage.UsageSample;
import org.jspecify.annotations.Nullable;

/**
 * What a container uses, with what it had used a moment before: both make a rate.
 *
 * @param container as it is now
 * @param now {@code null} for one that is not alive
 * @param before the reading that came before, {@code null} for none
 */
public record UsageReading(
    Container container, @Nullable UsageSample now, @Nullable UsageSample before) {}
