package dev.wherry.engine.launch;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.Processes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * The pipe on which conmon reports: one JSON object a line, {@code {"data": N, "message": "..."}}
 * (conmon, {@code write_sync_fd}).
 */
final class SyncPipe implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** conmon sends at most one error text, which is the runtime's output. */
  private static final int MAX_LINE = 1 << 20;

  /** One report; a negative {@code data} is a failure. */
  record Report(int data, String message) {
    /** conmon ended without one, as with a terminal when the runtime fails. */
    static final Report NONE = new Report(-1, "");
  }

  private final Processes processes;
  private final Fd fd;
  private final StringBuilder text = new StringBuilder();

  SyncPipe(Processes processes, Fd fd) {
    this.processes = processes;
    this.fd = fd;
  }

  /**
   * Waits for the next report.
   *
   * @return empty at the pipe's end
   * @throws EngineException.Internal if none comes in time
   */
  Optional<Report> await(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      Optional<Report> buffered = buffered();
      if (buffered.isPresent()) {
        return buffered;
      }
      long left = deadline - System.nanoTime();
      if (left <= 0 || processes.poll(fd, Processes.POLLIN, Duration.ofNanos(left)) == 0) {
        throw new EngineException.Internal(
            "conmon did not report within " + patience.toSeconds() + " s");
      }
      if (!fill()) {
        return Optional.empty();
      }
    }
  }

  /** A whole report that has been read already. */
  Optional<Report> buffered() {
    int end = text.indexOf("\n");
    if (end < 0) {
      return Optional.empty();
    }
    String line = text.substring(0, end);
    text.delete(0, end + 1);
    try {
      JsonNode node = JSON.readTree(line);
      return Optional.of(new Report(node.path("data").asInt(-1), node.path("message").asText("")));
    } catch (JacksonException e) {
      throw new EngineException.Internal("conmon reported something strange: " + line, e);
    }
  }

  /** Reads what is there: whether the pipe goes on. */
  boolean fill() {
    byte[] bytes = new byte[8192];
    int read = fd.read(bytes, 0, bytes.length);
    if (read < 0) {
      return false;
    }
    text.append(new String(bytes, 0, read, StandardCharsets.UTF_8));
    return text.length() < MAX_LINE;
  }

  Fd fd() {
    return fd;
  }

  @Override
  public void close() {
    fd.close();
  }
}
