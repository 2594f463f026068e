package dev.wherry.api.dto;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Body of ExecStart (Docker Engine API, {@code ExecStartConfig}). */
public record ExecStartRequest(boolean detach, boolean tty, @Nullable List<Integer> consoleSize) {

  /** What an absent body means. */
  public static final ExecStartRequest DEFAULT = new ExecStartRequest(false, false, null);
}
