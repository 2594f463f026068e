package dev.wherry.engine.image;

import java.util.List;

/**
 * How to find out whether a container works (Docker image-spec v1.2, {@code Healthcheck}).
 *
 * @param test {@code []} inherits, {@code ["NONE"]} disables, {@code ["CMD", ...]} executes, {@code
 *     ["CMD-SHELL", cmd]} runs in the image's shell
 * @param interval nanoseconds between probes, 0 inherits
 * @param timeout nanoseconds a probe may take, 0 inherits
 * @param startPeriod nanoseconds in which failures do not count, 0 inherits
 * @param startInterval nanoseconds between probes in the start period, 0 inherits
 * @param retries failures in a row that make the container unhealthy, 0 inherits
 */
public record Healthcheck(
    List<String> test,
    long interval,
    long timeout,
    long startPeriod,
    long startInterval,
    int retries) {}
