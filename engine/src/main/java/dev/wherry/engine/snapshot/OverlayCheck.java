package dev.wherry.engine.snapshot;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.MountFlags;
import dev.wherry.engine.linux.Mounts;
import dev.wherry.engine.linux.OverlayMount;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.Paths.FileSystemStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Tries whether the overlay file system works on top of a directory, whiteouts included. */
final class OverlayCheck {
  private static final int PRIVATE = 0700;
  private static final String FILE = "file";

  private OverlayCheck() {}

  /**
   * Mounts a small overlay below {@code staging} and removes a file in it.
   *
   * @throws EngineException.Unavailable with the reason and what to do about it
   */
  static void check(Paths paths, Mounts mounts, Path staging) {
    Path top = staging.resolve("check");
    Path lower = top.resolve("lower");
    Path upper = top.resolve("upper");
    Path work = top.resolve("work");
    Path merged = top.resolve("merged");
    try {
      for (Path directory : List.of(top, lower, upper, work, merged)) {
        paths.mkdir(directory, PRIVATE);
      }
      Files.createFile(lower.resolve(FILE));
      mounts.overlay(
          new OverlayMount(
              List.of(lower), Optional.of(new OverlayMount.Writable(upper, work)), List.of()),
          merged);
      try {
        Files.delete(merged.resolve(FILE));
      } finally {
        mounts.umount(merged, MountFlags.MNT_DETACH);
      }
      if (!paths.lstat(upper.resolve(FILE)).isWhiteout()) {
        throw unavailable(paths, staging, "removed files leave no whiteout");
      }
    } catch (IOException | LinuxException e) {
      throw unavailable(paths, staging, String.valueOf(e.getMessage()));
    } finally {
      paths.removeTree(top);
    }
  }

  private static EngineException unavailable(Paths paths, Path staging, String reason) {
    return new EngineException.Unavailable(
        "overlayfs does not work on "
            + staging.getParent()
            + " ("
            + name(paths.statfs(staging).type())
            + "): "
            + reason
            + "; put the data root on ext4 or xfs (with ftype=1), and see that the kernel module"
            + " \"overlay\" is there (modprobe overlay)");
  }

  private static String name(long type) {
    if (type == FileSystemStat.EXT4_SUPER_MAGIC) {
      return "ext4";
    } else if (type == FileSystemStat.XFS_SUPER_MAGIC) {
      return "xfs";
    } else if (type == FileSystemStat.BTRFS_SUPER_MAGIC) {
      return "btrfs";
    } else if (type == FileSystemStat.TMPFS_MAGIC) {
      return "tmpfs";
    } else if (type == FileSystemStat.OVERLAYFS_SUPER_MAGIC) {
      return "overlayfs";
    } else if (type == FileSystemStat.ZFS_SUPER_MAGIC) {
      return "zfs";
    }
    return "file system type 0x" + Long.toHexString(type);
  }
}
