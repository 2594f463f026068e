package dev.wherry.api.dto;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How to probe a container; times in nanoseconds (Docker Engine API, {@code HealthConfig}). */
public record HealthcheckRequest(
    @Nullable List<String> test,
    long interval,
    long timeout,
    long startPeriod,
    long startInterval,
    int retries) {}
