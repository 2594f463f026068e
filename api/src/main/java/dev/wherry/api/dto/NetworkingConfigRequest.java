package dev.wherry.api.dto;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The networks a new container joins (Docker Engine API, {@code NetworkingConfig}). */
public record NetworkingConfigRequest(
    @JsonDeserialize(contentUsing = EndpointReader.class)
        @Nullable Map<String, @Nullable EndpointRequest> endpointsConfig) {}
