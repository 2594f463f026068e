package dev.wherry.engine.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The directory that conmon and the runtime share for one container or exec (OCI runtime-spec,
 * bundle.md), on a file system that a reboot empties.
 */
public record Bundle(Path directory) {

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

  /** What the runtime said, or else what conmon heard of it. */
  String said(String heard) {
    try {
      String said = Files.readString(runtimeLog());
      return said.isBlank() ? heard : said;
    } catch (IOException e) {
      // It has no such log.
      return heard;
    }
  }

  Path pidFile() {
    return directory.resolve("pid");
  }

  Path conmonPidFile() {
    return directory.resolve("conmon.pid");
  }
}
