package dev.wherry.engine.container;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code HostConfig.Mounts}, as the user gave it.
 *
 * @param source host path, volume name, image or empty
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
    @Nullable TmpfsOptions tmpfs,
    @Nullable ImageOptions image) {

  /** Mount types this engine knows. */
  public enum Type {
    BIND,
    VOLUME,
    TMPFS,
    IMAGE
  }

  /**
   * Options of a bind mount.
   *
   * @param propagation empty for the default {@code rprivate}
   * @param nonRecursive leaves out what is mounted below the source
   * @param readOnlyNonRecursive what is mounted below a read-only source stays as it is
   * @param readOnlyForceRecursive refuses where the kernel cannot make all of it read-only
   */
  public record BindOptions(
      String propagation,
      boolean nonRecursive,
      boolean createMountpoint,
      boolean readOnlyNonRecursive,
      boolean readOnlyForceRecursive) {}

  /** Options of a volume mount. */
  public record VolumeOptions(
      boolean noCopy,
      Map<String, String> labels,
      String driver,
      Map<String, String> driverOptions,
      String subpath) {}

  /** Options of an image's mount; an empty subpath stands for all of the image. */
  public record ImageOptions(String subpath) {}

  /**
   * Options of a tmpfs.
   *
   * @param sizeBytes 0 for no limit
   * @param options further ones, each a name or a name and its value; {@code null} in records from
   *     before there were any
   */
  public record TmpfsOptions(
      long sizeBytes, @Nullable Integer mode, @Nullable List<List<String>> options) {}
}
