package dev.wherry.api.dto;

import org.jspecify.annotations.Nullable;

/** Body of NetworkDisconnect (Docker Engine API). */
public record NetworkDisconnectRequest(@Nullable String container, boolean force) {}
