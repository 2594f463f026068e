package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/** One entry of a container's {@code Mounts} (Docker Engine API, {@code MountPoint}). */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record MountPointView(
    String type,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String name,
    String source,
    String destination,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String driver,
    String mode,
    @JsonProperty("RW") boolean rw,
    String propagation) {}
