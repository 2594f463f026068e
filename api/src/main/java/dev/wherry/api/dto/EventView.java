package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One line of SystemEvents (Docker Engine API, {@code EventMessage}), the old members included. */
public record EventView(
    @JsonProperty("status") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable String status,
    @JsonProperty("id") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable String id,
    @JsonProperty("from") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable String from,
    String type,
    String action,
    ActorView actor,
    @JsonProperty("scope") String scope,
    @JsonProperty("time") long time,
    @JsonProperty("timeNano") long timeNano) {

  /** The object it happened to. */
  public record ActorView(@JsonProperty("ID") String id, Map<String, String> attributes) {}
}
