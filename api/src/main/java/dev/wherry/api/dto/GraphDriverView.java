package dev.wherry.api.dto;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a file system's layers are (Docker Engine API, {@code DriverData}). */
public record GraphDriverView(@Nullable Map<String, String> data, String name) {}
