package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.wherry.api.dto.ConfigView.Empty;
import dev.wherry.api.dto.ConfigView.HealthcheckView;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code Config} of an image (Docker Engine API, {@code ImageConfig}), since 1.50 without what only
 * containers have.
 */
public record ImageConfigView(
    String user,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable Map<String, Empty> exposedPorts,
    @Nullable List<String> env,
    @Nullable List<String> entrypoint,
    @Nullable List<String> cmd,
    @Nullable Map<String, Empty> volumes,
    String workingDir,
    @Nullable Map<String, String> labels,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable String stopSignal,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean argsEscaped,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable HealthcheckView healthcheck,
    @Nullable List<String> onBuild,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable List<String> shell)
    implements ImageView.ImageConfigShape {}
