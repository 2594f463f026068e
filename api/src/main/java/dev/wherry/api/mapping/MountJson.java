package dev.wherry.api.mapping;

import dev.wherry.api.dto.MountPointView;
import dev.wherry.api.dto.MountView;
import dev.wherry.api.dto.MountView.BindView;
import dev.wherry.api.dto.MountView.DriverView;
import dev.wherry.api.dto.MountView.ImageView;
import dev.wherry.api.dto.MountView.TmpfsView;
import dev.wherry.api.dto.MountView.VolumeView;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Mounts as they were asked for and as they are. */
final class MountJson {
  private MountJson() {}

  /** An entry of {@code HostConfig.Mounts}. */
  static MountView requested(MountSpec mount) {
    return new MountView(
        type(mount.type()),
        mount.source(),
        mount.target(),
        mount.readOnly(),
        mount.consistency(),
        bind(mount.bind()),
        volume(mount.volume()),
        tmpfs(mount.tmpfs()),
        mount.image() == null ? null : new ImageView(mount.image().subpath()));
  }

  private static @Nullable BindView bind(MountSpec.@Nullable BindOptions bind) {
    return bind == null
        ? null
        : new BindView(
            bind.propagation(),
            bind.nonRecursive(),
            bind.createMountpoint(),
            bind.readOnlyNonRecursive(),
            bind.readOnlyForceRecursive());
  }

  private static @Nullable VolumeView volume(MountSpec.@Nullable VolumeOptions volume) {
    if (volume == null) {
      return null;
    }
    boolean plain = volume.driver().isEmpty() && volume.driverOptions().isEmpty();
    return new VolumeView(
        volume.noCopy(),
        volume.labels(),
        plain ? null : new DriverView(volume.driver(), volume.driverOptions()),
        volume.subpath());
  }

  private static @Nullable TmpfsView tmpfs(MountSpec.@Nullable TmpfsOptions tmpfs) {
    return tmpfs == null
        ? null
        : new TmpfsView(
            tmpfs.sizeBytes(), tmpfs.mode(), tmpfs.options() == null ? List.of() : tmpfs.options());
  }

  /** An entry of a container's {@code Mounts}. */
  static MountPointView resolved(MountPoint mount) {
    return new MountPointView(
        type(mount.type()),
        mount.name(),
        mount.source(),
        mount.destination(),
        mount.driver(),
        mount.mode(),
        mount.readWrite(),
        mount.propagation());
  }

  private static String type(MountSpec.Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
