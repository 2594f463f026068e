package dev.wherry.api.dto;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answer of SystemDataUsage (Docker Engine API); what was not asked for is null, or 0. */
public record DiskUsageView(
    long layersSize,
    @Nullable List<ImageSummaryView> images,
    @Nullable List<ContainerSummaryView> containers,
    @Nullable List<VolumeView> volumes,
    @Nullable List<Object> buildCache) {}
