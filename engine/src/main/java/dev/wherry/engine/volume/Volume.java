package dev.wherry.engine.volume;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * A volume of the local driver.
 *
 * @param mountpoint the directory that holds its files
 * @param anonymous whether its name was generated for one container
 */
public record Volume(
    String name,
    Path mountpoint,
    Instant created,
    Map<String, String> labels,
    Map<String, String> options,
    boolean anonymous) {}
