package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answer of ExecInspect (Docker Engine API). The odd capitals are dockerd's. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ExecView(
    @JsonProperty("ID") String id,
    boolean running,
    @Nullable Integer exitCode,
    ProcessView processConfig,
    boolean openStdin,
    boolean openStderr,
    boolean openStdout,
    boolean canRemove,
    @JsonProperty("ContainerID") String containerId,
    byte[] detachKeys,
    int pid) {

  /** {@code ProcessConfig}. */
  public record ProcessView(
      @JsonProperty("tty") boolean tty,
      @JsonProperty("entrypoint") String entrypoint,
      @JsonProperty("arguments") List<String> arguments,
      @JsonProperty("privileged") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable Boolean privileged,
      @JsonProperty("user") @JsonInclude(JsonInclude.Include.NON_EMPTY) String user) {}
}
