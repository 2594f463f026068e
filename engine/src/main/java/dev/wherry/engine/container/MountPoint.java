package dev.wherry.engine.container;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A mount of the container as it was resolved at create (inspect's {@code Mounts}).
 *
 * @param name the volume's name, empty for a bind or tmpfs
 * @param source host path
 * @param driver {@code local} for a volume, else empty
 * @param mode the options the user wrote, for example {@code ro,z}
 * @param copyUp whether image content fills the volume if it is empty at first use
 * @param subpath what of the source is mounted, relative to it; empty or, in records from before
 *     there were any, {@code null} for all of it
 */
public record MountPoint(
    MountSpec.Type type,
    String name,
    String source,
    String destination,
    String driver,
    String mode,
    boolean readWrite,
    String propagation,
    boolean copyUp,
    @Nullable String subpath) {

  /** Of the whole source. */
  public MountPoint(
      MountSpec.Type type,
      String name,
      String source,
      String destination,
      String driver,
      String mode,
      boolean readWrite,
      String propagation,
      boolean copyUp) {
    this(type, name, source, destination, driver, mode, readWrite, propagation, copyUp, "");
  }

  /** Whether only a part of the source is mounted. */
  public boolean isPart() {
    return subpath != null && !subpath.isEmpty();
  }

  /** The same from elsewhere, whole. */
  public MountPoint from(Path place) {
    return new MountPoint(
        type, name, place.toString(), destination, driver, mode, readWrite, propagation, copyUp);
  }
}
