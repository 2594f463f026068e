package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.EngineException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One word of {@code Binds}: {@code SOURCE:TARGET[:MODE]}, where a source that is not an absolute
 * path names a volume, or a target alone for an anonymous volume.
 *
 * @param source host path, volume name, or empty
 */
record BindSpec(MountSpec.Type type, String source, String target, String mode) {
  static final String DEFAULT_PROPAGATION = "rprivate";

  /** Words of a mode, each with the matter it is about: of one matter only one word may be said. */
  private static final Map<String, String> MODES =
      Map.ofEntries(
          Map.entry("ro", "access"),
          Map.entry("rw", "access"),
          Map.entry("z", "label"),
          Map.entry("Z", "label"),
          Map.entry("nocopy", "copy"),
          Map.entry("consistent", "consistency"),
          Map.entry("cached", "consistency"),
          Map.entry("delegated", "consistency"),
          Map.entry("private", "propagation"),
          Map.entry("rprivate", "propagation"),
          Map.entry("shared", "propagation"),
          Map.entry("rshared", "propagation"),
          Map.entry("slave", "propagation"),
          Map.entry("rslave", "propagation"));

  /**
   * Reads the word.
   *
   * @throws EngineException.InvalidParameter in dockerd's words
   */
  static BindSpec parse(String word) {
    String[] parts = word.split(":", -1);
    if (parts[0].isEmpty() || parts.length > 3) {
      throw invalid(word);
    }
    String source = "";
    String target = parts[0];
    String mode = "";
    if (parts.length > 1) {
      // "/target:ro": a volume without a source cannot have a mode.
      if (parts.length == 2 && isMode(parts[1])) {
        throw invalid(word);
      }
      source = parts[0];
      target = parts[1];
      mode = parts.length > 2 ? parts[2] : "";
      if (!isMode(mode)) {
        throw new EngineException.InvalidParameter("invalid mode: " + mode);
      }
    }
    boolean bind = source.startsWith("/");
    if (target.isEmpty()) {
      throw invalid(word);
    }
    MountSpec.Type type = bind ? MountSpec.Type.BIND : MountSpec.Type.VOLUME;
    try {
      checkTarget(type, target);
    } catch (EngineException.InvalidParameter e) {
      throw new EngineException.InvalidParameter(
          "invalid volume specification: '%s': %s".formatted(word, e.getMessage()), e);
    }
    if (!bind && !propagation(mode).isEmpty()) {
      throw new EngineException.InvalidParameter(
          "invalid volume specification: '%s': %sfield BindOptions must not be specified"
              .formatted(word, prefix(type)));
    }
    if (bind && !copies(mode)) {
      throw new EngineException.InvalidParameter(
          "invalid volume specification: '%s': %sfield VolumeOptions must not be specified"
              .formatted(word, prefix(type)));
    }
    return new BindSpec(type, bind ? clean(source) : source, clean(target), mode);
  }

  /** The mode of a {@code VolumesFrom} entry; empty is fine. */
  static boolean isMode(String mode) {
    Set<String> matters = new HashSet<>();
    for (String word : words(mode)) {
      String matter = MODES.get(word);
      if (matter == null || !matters.add(matter)) {
        return false;
      }
    }
    return true;
  }

  static boolean isWritable(String mode) {
    return !words(mode).contains("ro");
  }

  static boolean copies(String mode) {
    return !words(mode).contains("nocopy");
  }

  static String propagation(String mode) {
    return words(mode).stream()
        .filter(word -> "propagation".equals(MODES.get(word)))
        .findFirst()
        .orElse("");
  }

  static boolean isPropagation(String word) {
    return "propagation".equals(MODES.get(word));
  }

  /** A bind's mount; a volume's is known only once the volume is. */
  MountPoint bindMount() {
    String wanted = propagation(mode);
    return new MountPoint(
        MountSpec.Type.BIND,
        "",
        source,
        target,
        "",
        mode,
        isWritable(mode),
        wanted.isEmpty() ? DEFAULT_PROPAGATION : wanted,
        false);
  }

  /** Where something may be mounted: an absolute path other than the root. */
  static void checkTarget(MountSpec.Type type, String target) {
    String prefix = prefix(type);
    if (!target.startsWith("/")) {
      throw new EngineException.InvalidParameter(
          prefix + "invalid mount path: '" + target + "' mount path must be absolute");
    }
    if (clean(target).equals("/")) {
      throw new EngineException.InvalidParameter(
          prefix + "invalid specification: destination can't be '/'");
    }
  }

  static String prefix(MountSpec.Type type) {
    String name =
        switch (type) {
          case BIND -> "bind";
          case VOLUME -> "volume";
          case TMPFS -> "tmpfs";
          case IMAGE -> "image";
        };
    return "invalid mount config for type \"" + name + "\": ";
  }

  static String clean(String path) {
    return Path.of(path).normalize().toString();
  }

  private static List<String> words(String mode) {
    return mode.isEmpty() ? List.of() : List.of(mode.split(",", -1));
  }

  private static EngineException invalid(String word) {
    return new EngineException.InvalidParameter("invalid volume specification: '" + word + "'");
  }
}
