package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.RootDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * What may be bound onto {@code /proc} and into it: runtimes and security modules are told things
 * by writing there, so a user's or an image's file in its place would make them believe it
 * (CVE-2019-16884). runc's rules, held here because not every runtime has them; links of the image
 * are followed first.
 */
final class ProcMounts {
  private static final Path PROC = Path.of("/proc");

  /** Files that tell of the machine, which tools such as lxcfs replace. */
  private static final Set<String> REPLACEABLE =
      Set.of(
          "cpuinfo",
          "diskstats",
          "loadavg",
          "meminfo",
          "slabinfo",
          "stat",
          "swaps",
          "sys/crypto/fips_enabled",
          "sys/kernel/ns_last_pid",
          "uptime");

  /** The inode number of the root of any procfs. */
  private static final long PROC_ROOT_INO = 1;

  private ProcMounts() {}

  /**
   * @param root the container's, with nothing mounted in it
   * @throws EngineException.Internal in runc's words, which dockerd passes on with this status
   */
  static void check(RootDir root, MountPoint mount) {
    if (mount.type() == MountSpec.Type.TMPFS) {
      return;
    }
    Path place = RootDirectories.place(root, mount.destination());
    if (!place.startsWith(PROC)) {
      return;
    }
    if (place.equals(PROC)) {
      if (!isProcfs(Path.of(mount.source()))) {
        throw refused(mount, place, "it is not of type proc");
      }
    } else if (!REPLACEABLE.contains(PROC.relativize(place).toString())) {
      throw refused(mount, place, "it is inside /proc");
    }
  }

  private static boolean isProcfs(Path source) {
    try {
      return Files.getFileStore(source).type().equals("proc")
          && Files.getAttribute(source, "unix:ino").equals(PROC_ROOT_INO);
    } catch (IOException e) {
      throw new EngineException.Internal("cannot read " + source + ": " + e.getMessage(), e);
    }
  }

  private static EngineException refused(MountPoint mount, Path place, String why) {
    return new EngineException.Internal(
        "error mounting \"%s\" to rootfs at \"%s\": \"%s\" cannot be mounted because %s"
            .formatted(mount.source(), mount.destination(), place, why));
  }
}
