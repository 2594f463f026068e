package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/** One entry of ContainerList (Docker Engine API, {@code ContainerSummary}). */
public record ContainerSummaryView(
    String id,
    List<String> names,
    String image,
    @JsonProperty("ImageID") String imageId,
    String command,
    long created,
    List<PortView> ports,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) long sizeRw,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) long sizeRootFs,
    Map<String, String> labels,
    String state,
    String status,
    HostConfigSummary hostConfig,
    NetworksSummary networkSettings,
    List<MountPointView> mounts) {

  /** {@code Port}: one published or exposed port. */
  public record PortView(
      @JsonProperty("IP") @JsonInclude(JsonInclude.Include.NON_EMPTY) String ip,
      int privatePort,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) int publicPort,
      String type) {}

  /** The little of the host configuration that a list shows. */
  public record HostConfigSummary(
      String networkMode,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> annotations) {}

  /** The networks alone. */
  public record NetworksSummary(Map<String, EndpointView> networks) {}
}
