package dev.wherry.engine.container;

/**
 * A mount of the container as it was resolved at create (inspect's {@code Mounts}).
 *
 * @param name the volume's name, empty for a bind or tmpfs
 * @param source host path
 * @param driver {@code local} for a volume, else empty
 * @param mode the options the user wrote, for example {@code ro,z}
 * @param copyUp whether image content fills the volume if it is empty at first use
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
    boolean copyUp) {}
