package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory that conmon and the runtime share for one container or exec (OCI runtime-spec,
 * bundle.md), on a file system that a reboot empties.
 */
public record Bundle(Path directory) {
  private static final Logger LOG = LoggerFactory.getLogger(Bundle.class);

  /**
   * Digits of an id in a directory's name: AF_UNIX paths hold 107 bytes, and 128 bits are unique.
   */
  private static final int NAME_DIGITS = 32;

  /**
   * The bundle of an id.
   *
   * @param parent holds all bundles of a kind
   */
  public static Bundle of(Path parent, String id) {
    return new Bundle(
        parent.resolve(id.length() > NAME_DIGITS ? id.substring(0, NAME_DIGITS) : id));
  }

  /** The runtime's configuration (config.md). */
  public Path config() {
    return directory.resolve("config.json");
  }

  /** An exec's process (config.md, "Process"). */
  public Path process() {
    return directory.resolve("process.json");
  }

  /** conmon's attach socket, SOCK_SEQPACKET. */
  public Path attachSocket() {
    return directory.resolve("attach");
  }

  /** conmon's control fifo. */
  public Path control() {
    return directory.resolve("ctl");
  }

  /** What the runtime says of itself: with a terminal its words would go there. */
  Path runtimeLog() {
    return directory.resolve("runtime.log");
  }

  /**
   * Why a start failed: what the runtime said, or else what conmon heard of it.
   *
   * @throws EngineException.Internal if neither said anything
   */
  String failure(SyncPipe.Report report) {
    String said = "";
    try {
      said = Files.readString(runtimeLog());
    } catch (IOException e) {
      LOG.debug("the runtime has no log", e);
    }
    String failure = said.isBlank() ? report.message() : said;
    if (failure.isBlank()) {
      throw new EngineException.Internal("conmon ended without a report");
    }
    return failure;
  }

  Path pidFile() {
    return directory.resolve("pid");
  }

  Path conmonPidFile() {
    return directory.resolve("conmon.pid");
  }
}
