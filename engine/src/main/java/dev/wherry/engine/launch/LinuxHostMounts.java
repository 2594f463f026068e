package dev.wherry.engine.launch;

import dev.wherry.engine.linux.MountFlags;
import dev.wherry.engine.linux.Paths;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The restrictions as statfs(2) tells them. */
public final class LinuxHostMounts implements HostMounts {
  private record Restriction(long flag, String option) {}

  private static final List<Restriction> RESTRICTIONS =
      List.of(
          new Restriction(MountFlags.MS_RDONLY, "ro"),
          new Restriction(MountFlags.MS_NOSUID, "nosuid"),
          new Restriction(MountFlags.MS_NODEV, "nodev"),
          new Restriction(MountFlags.MS_NOEXEC, "noexec"));

  private final Paths paths;

  public LinuxHostMounts(Paths paths) {
    this.paths = paths;
  }

  @Override
  public List<String> restrictions(Path source) {
    long flags = paths.statfs(source).flags();
    List<String> options = new ArrayList<>();
    for (Restriction restriction : RESTRICTIONS) {
      if ((flags & restriction.flag()) != 0) {
        options.add(restriction.option());
      }
    }
    return options;
  }
}
