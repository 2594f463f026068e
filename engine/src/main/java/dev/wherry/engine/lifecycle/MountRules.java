package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What an entry of {@code Mounts} must and must not say, in dockerd's words. */
final class MountRules {
  private MountRules() {}

  static void check(MountSpec mount) {
    MountSpec.Type type = mount.type();
    if (mount.target().isEmpty()) {
      throw refused(type, "field Target must not be empty");
    }
    BindSpec.checkTarget(type, mount.target());
    switch (type) {
      case BIND -> bind(mount);
      case VOLUME -> volume(mount);
      case TMPFS -> tmpfs(mount);
      case IMAGE -> image(mount);
    }
  }

  private static void bind(MountSpec mount) {
    refuse(mount, mount.source().isEmpty(), "field Source must not be empty");
    refuse(mount, mount.volume() != null, "field VolumeOptions must not be specified");
    refuse(mount, mount.tmpfs() != null, "field TmpfsOptions must not be specified");
    refuse(mount, mount.image() != null, "field ImageOptions must not be specified");
    refuse(
        mount,
        !mount.source().startsWith("/"),
        "invalid mount path: '" + mount.source() + "' mount path must be absolute");
    MountSpec.BindOptions options = mount.bind();
    if (options != null && !options.propagation().isEmpty()) {
      refuse(
          mount,
          !BindSpec.isPropagation(options.propagation()),
          "invalid propagation mode: " + options.propagation());
    }
    refuse(
        mount,
        options != null && options.readOnlyNonRecursive() && !mount.readOnly(),
        "mount must be set to ReadOnly mode when using ReadOnlyNonRecursive");
    if (options != null && options.readOnlyForceRecursive()) {
      refuse(
          mount,
          !mount.readOnly() || options.readOnlyNonRecursive(),
          "ReadOnlyForceRecursive needs ReadOnly and not ReadOnlyNonRecursive");
      refuse(
          mount,
          !options.propagation().isEmpty()
              && !options.propagation().equals(BindSpec.DEFAULT_PROPAGATION),
          "ReadOnlyForceRecursive needs propagation rprivate");
    }
    boolean made = options != null && options.createMountpoint();
    refuse(
        mount,
        !made && !Files.exists(Path.of(mount.source())),
        "bind source path does not exist: " + mount.source());
  }

  private static void volume(MountSpec mount) {
    refuse(mount, mount.bind() != null, "field BindOptions must not be specified");
    refuse(mount, mount.tmpfs() != null, "field TmpfsOptions must not be specified");
    refuse(
        mount,
        mount.source().isEmpty() && mount.readOnly(),
        "must not set ReadOnly mode when using anonymous volumes");
    MountSpec.VolumeOptions options = mount.volume();
    if (options != null && !options.subpath().isEmpty()) {
      refuse(mount, mount.source().isEmpty(), "must not set Subpath when using anonymous volumes");
      refuse(
          mount, !isBelow(options.subpath()), "subpath must be a relative path within the volume");
    }
    refuse(mount, mount.image() != null, "field ImageOptions must not be specified");
  }

  private static void image(MountSpec mount) {
    refuse(mount, mount.bind() != null, "field BindOptions must not be specified");
    refuse(mount, mount.volume() != null, "field VolumeOptions must not be specified");
    refuse(mount, mount.tmpfs() != null, "field TmpfsOptions must not be specified");
    refuse(mount, mount.source().isEmpty(), "field Source must not be empty");
    MountSpec.ImageOptions options = mount.image();
    refuse(
        mount,
        options != null && !options.subpath().isEmpty() && !isBelow(options.subpath()),
        "subpath must be a relative path within the image");
  }

  /** Whether a path by its words alone stays below where it begins (Go's filepath.IsLocal). */
  private static boolean isBelow(String path) {
    return !path.startsWith("/")
        && path.indexOf('\0') < 0
        && !Path.of(path).normalize().startsWith("..");
  }

  private static void tmpfs(MountSpec mount) {
    refuse(mount, mount.bind() != null, "field BindOptions must not be specified");
    refuse(mount, mount.volume() != null, "field VolumeOptions must not be specified");
    refuse(mount, mount.image() != null, "field ImageOptions must not be specified");
    refuse(mount, !mount.source().isEmpty(), "field Source must not be specified");
    MountSpec.TmpfsOptions options = mount.tmpfs();
    if (options != null && options.options() != null) {
      for (List<String> option : options.options()) {
        refuse(mount, option.isEmpty() || option.size() > 2, "invalid option array length");
        refuse(
            mount,
            !option.getFirst().equals("exec") && !option.getFirst().equals("noexec"),
            "invalid option: " + option.getFirst());
      }
    }
  }

  private static void refuse(MountSpec mount, boolean wrong, String message) {
    if (wrong) {
      throw refused(mount.type(), message);
    }
  }

  private static EngineException refused(MountSpec.Type type, String message) {
    return new EngineException.InvalidParameter(BindSpec.prefix(type) + message);
  }
}
