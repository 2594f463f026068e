package dev.wherry.api.dto;

import org.jspecify.annotations.Nullable;

/** Body of NetworkConnect (Docker Engine API). */
public record NetworkConnectRequest(
    @Nullable String container, @Nullable EndpointRequest endpointConfig) {}
