package dev.wherry.engine.cgroup;

import java.nio.file.Files;
import java.nio.file.Path;

/** The control group file systems of this host. */
public final class Cgroups {
  private final Path root;
  private final int version;
  private final GroupMoves moves;

  /**
   * Looks at what is mounted.
   *
   * @param root {@code /sys/fs/cgroup}, or a tree like it
   */
  public Cgroups(Path root) {
    this.root = root;
    this.version = Files.exists(root.resolve("cgroup.controllers")) ? 2 : 1;
    this.moves = new GroupMoves(root, version);
  }

  /** 2 where version 2 alone is mounted, else 1, also with a version 2 tree beside it. */
  public int version() {
    return version;
  }

  /**
   * Whether version 1 hierarchies hold some controllers and a version 2 tree beside them the
   * others, as after booting without a service manager. crun refuses such hosts.
   */
  public boolean isSplit() {
    return version == 1 && !CgroupFiles.text(root.resolve("unified/cgroup.controllers")).isBlank();
  }

  /** The moves of processes between this host's groups. */
  public GroupMoves moves() {
    return moves;
  }

  /**
   * The group at a path below each hierarchy's root.
   *
   * @param path for example {@code /docker/ID}
   */
  public Cgroup at(String path) {
    return version == 2 ? new CgroupV2(root, path) : new CgroupV1(root, path);
  }
}
