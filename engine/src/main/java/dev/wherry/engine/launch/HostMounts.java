package dev.wherry.engine.launch;

import java.nio.file.Path;
import java.util.List;

/** What the host does not let happen where a bind mount comes from. */
public interface HostMounts {

  /**
   * The restrictions of the mount that holds a path, as the options of a mount that keep them:
   * {@code ro}, {@code nosuid}, {@code nodev}, {@code noexec} (OCI runtime-spec, config.md). crun
   * sets a bind mount's flags to the options given and clears the others, so what is not named is
   * lost: the container could write where the host can't.
   */
  List<String> restrictions(Path source);
}
