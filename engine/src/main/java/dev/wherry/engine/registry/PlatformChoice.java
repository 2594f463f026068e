package dev.wherry.engine.registry;

import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.content.Descriptor.Platform;
import dev.wherry.engine.error.EngineException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which manifest of an index is for a platform. */
final class PlatformChoice {
  private static final String ARM = "arm";
  private static final String ARM64 = "arm64";
  private static final String FIRST_ARM64 = "v8";

  private PlatformChoice() {}

  /**
   * Chooses.
   *
   * @throws EngineException.NotFound in dockerd's words if there is none
   */
  static Descriptor choose(List<Descriptor> manifests, Platform wanted) {
    List<Descriptor> able =
        manifests.stream().filter(manifest -> isAble(manifest.platform(), wanted)).toList();
    Optional<Descriptor> same =
        able.stream()
            .filter(manifest -> variant(manifest.platform()).equals(variant(wanted)))
            .findFirst();
    return same.or(() -> nearest(able, wanted)).orElseThrow(() -> noMatch(wanted));
  }

  private static boolean isAble(@Nullable Platform platform, Platform wanted) {
    return platform != null
        && platform.os().equals(wanted.os())
        && platform.architecture().equals(wanted.architecture());
  }

  /** Any where none was asked for; of ARM's versions the highest that is not higher. */
  private static Optional<Descriptor> nearest(List<Descriptor> able, Platform wanted) {
    String most = variant(wanted);
    if (most.isEmpty()) {
      return able.stream().findFirst();
    }
    Comparator<Descriptor> version = Comparator.comparing(manifest -> variant(manifest.platform()));
    return wanted.architecture().equals(ARM)
        ? able.stream()
            .filter(manifest -> variant(manifest.platform()).compareTo(most) <= 0)
            .max(version)
        : Optional.empty();
  }

  private static String variant(@Nullable Platform platform) {
    if (platform == null) {
      return "";
    }
    return platform.architecture().equals(ARM64) && platform.variant().equals(FIRST_ARM64)
        ? ""
        : platform.variant();
  }

  private static EngineException noMatch(Platform wanted) {
    String name = wanted.os() + "/" + wanted.architecture();
    return new EngineException.NotFound(
        "no matching manifest for %s in the manifest list entries"
            .formatted(wanted.variant().isEmpty() ? name : name + "/" + wanted.variant()));
  }
}
