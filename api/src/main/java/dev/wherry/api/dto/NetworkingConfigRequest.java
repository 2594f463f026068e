package dev.wherry.api.dto;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The networks a new container joins (Docker Engine API, {@code NetworkingConfig}). */
public record NetworkingConfigRequest(
    @Nullable Map<String, @Nullable EndpointRequest> endpointsConfig) {}
