package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The three files about the network that a container finds in its {@code /etc}, by their text.
 *
 * @param hostname the host name alone
 */
public record NetworkFiles(String resolvConf, String hosts, String hostname) {

  /** Where they are, for bind mounts and for inspect. */
  public record Location(Path resolvConf, Path hosts, Path hostname) {
    /** Their names in a container's own directory. */
    public static Location in(Path directory) {
      return new Location(
          directory.resolve("resolv.conf"),
          directory.resolve("hosts"),
          directory.resolve("hostname"));
    }
  }

  /**
   * Writes them, mode 0644, in place: a file that is there keeps its inode, which a bind mount may
   * hold.
   *
   * @throws EngineException.Internal if that fails
   */
  public Location writeTo(Path directory) {
    Location location = Location.in(directory);
    write(location.resolvConf(), resolvConf);
    write(location.hosts(), hosts);
    write(location.hostname(), hostname + "\n");
    return location;
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    } catch (IOException e) {
      throw new EngineException.Internal("write " + file + ": " + e.getMessage(), e);
    }
  }
}
