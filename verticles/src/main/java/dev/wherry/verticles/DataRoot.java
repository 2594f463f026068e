package dev.wherry.verticles;

import dev.wherry.config.DaemonConfig;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.remap.RemappedRoot;
import java.nio.file.Path;

/**
 * Where all that survives a reboot is. Where containers have other ids than the host, it is a
 * directory of its own below the configured one, as files there belong to these ids.
 *
 * @param ids whom files of containers belong to
 */
record DataRoot(Path path, IdMapping ids) {
  /** Root's own: what is below it belongs to containers. */
  static final int PRIVATE = 0711;

  private static final int OTHERS_SEARCH = 01;
  private static final int GROUP_SEARCH = 010;
  private static final int OWNER_SEARCH = 0100;

  /**
   * Makes it if need be, and keeps other daemons away from it.
   *
   * @param openings gets the lock
   * @throws EngineException if another daemon uses it, or it can't be what is configured
   */
  static DataRoot open(DaemonConfig config, Paths paths, Openings openings) {
    IdMapping ids =
        config
            .containers()
            .usernsRemap()
            .map(setting -> RemappedRoot.ofHost().mapping(setting))
            .orElse(IdMapping.IDENTITY);
    Path configured = config.directories().dataRoot();
    paths.mkdirs(configured, PRIVATE);
    openings.add(RootLock.take(configured));
    if (ids.isIdentity()) {
      return new DataRoot(configured, ids);
    }
    for (Path above = configured.getParent(); above != null; above = above.getParent()) {
      checkSearchable(paths.lstat(above), configured, ids);
    }
    Path own =
        configured.resolve(
            Integer.toUnsignedString(ids.rootUser())
                + "."
                + Integer.toUnsignedString(ids.rootGroup()));
    paths.mkdirs(own, PRIVATE);
    ids.letThrough(paths, configured);
    ids.letThrough(paths, own);
    return new DataRoot(own, ids);
  }

  private static void checkSearchable(FileStat stat, Path configured, IdMapping ids) {
    int mode = stat.permissions();
    boolean searchable =
        stat.isSymlink()
            || (mode & OTHERS_SEARCH) != 0
            || (stat.gid() == ids.rootGroup() && (mode & GROUP_SEARCH) != 0)
            || (stat.uid() == ids.rootUser() && (mode & OWNER_SEARCH) != 0);
    if (!searchable) {
      throw new EngineException.InvalidParameter(
          ("a subdirectory in your graphroot path (%s) restricts access to the remapped root"
                  + " uid/gid; please fix by allowing 'o+x' permissions on existing directories")
              .formatted(configured));
    }
  }
}
