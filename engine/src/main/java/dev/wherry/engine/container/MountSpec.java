package dev.wherry.engine.container;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code HostConfig.Mounts}, as the user gave it.
 *
 * @param source host path, volume name or empty
 * @param consistency ignored on Linux, kept to be shown
 */
public record MountSpec(
    Type type,
    String source,
    String target,
    boolean readOnly,
    String consistency,
    @Nullable BindOptions bind,
    @Nullable VolumeOptions volume,
    @Nullable TmpfsOptions tmpfs) {

  /** Mount types this engine knows. */
  public enum Type {
    BIND,
    VOLUME,
    TMPFS
  }

  /** Options of a bind mount; propagation is empty for the default {@code rprivate}. */
  public record BindOptions(String propagation, boolean nonRecursive, boolean createMountpoint) {}

  /** Options of a volume mount. */
  public record VolumeOptions(
      boolean noCopy,
      Map<String, String> labels,
      String driver,
      Map<String, String> driverOptions,
      String subpath) {}

  /** Options of a tmpfs; {@code sizeBytes} 0 means unlimited. */
  public record TmpfsOptions(long sizeBytes, @Nullable Integer mode) {}
}
