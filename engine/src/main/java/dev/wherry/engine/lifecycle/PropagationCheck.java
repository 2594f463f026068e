package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.MountInfo;
import dev.wherry.engine.linux.Mounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether the host's mounts let binds share events as was asked (mount_namespaces(7), "Shared
 * subtrees"). A runtime would not tell: it makes a private mount's copy shared with nobody.
 */
final class PropagationCheck {
  private final Mounts mounts;

  PropagationCheck(Mounts mounts) {
    this.mounts = mounts;
  }

  /**
   * Looks at the mounts that the sources are on; they must exist.
   *
   * @throws EngineException.Internal in dockerd's words, if one is not shared, or neither shared
   *     nor slave where that is enough
   */
  void check(Container container) {
    for (MountPoint mount : container.mounts()) {
      String propagation = mount.propagation();
      if (propagation.endsWith("shared")) {
        require(mount.source(), "a shared mount", List.of("shared:"));
      } else if (propagation.endsWith("slave")) {
        require(mount.source(), "a shared or slave mount", List.of("shared:", "master:"));
      }
    }
  }

  private void require(String source, String what, List<String> fields) {
    MountInfo holder = holder(source);
    boolean fits =
        holder.optionalFields().stream()
            .anyMatch(field -> fields.stream().anyMatch(field::startsWith));
    if (!fits) {
      throw new EngineException.Internal(
          "path %s is mounted on %s but it is not %s".formatted(source, holder.mountPoint(), what));
    }
  }

  /** The mount that a path is on: the nearest above it, the last made of those at one place. */
  private MountInfo holder(String source) {
    Path real;
    try {
      real = Path.of(source).toRealPath();
    } catch (IOException e) {
      throw new EngineException.Internal(
          "Could not find source mount of %s: %s".formatted(source, e.getMessage()), e);
    }
    MountInfo nearest = null;
    int depth = -1;
    for (MountInfo mount : mounts.list()) {
      Path point = Path.of(mount.mountPoint());
      if (real.startsWith(point) && point.getNameCount() >= depth) {
        nearest = mount;
        depth = point.getNameCount();
      }
    }
    if (nearest == null) {
      throw new EngineException.Internal("Could not find source mount of " + source);
    }
    return nearest;
  }
}
