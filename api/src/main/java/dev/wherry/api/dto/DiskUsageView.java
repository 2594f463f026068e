package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answer of SystemDataUsage (Docker Engine API); what was not asked for is left out. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DiskUsageView(
    @Nullable Long layersSize,
    @Nullable List<ImageSummaryView> images,
    @Nullable List<ContainerSummaryView> containers,
    @Nullable List<VolumeView> volumes,
    @Nullable List<Object> buildCache) {}
