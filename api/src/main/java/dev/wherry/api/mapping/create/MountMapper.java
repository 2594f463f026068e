package dev.wherry.api.mapping.create;

import static dev.wherry.api.mapping.create.NewContainerMapper.text;

import dev.wherry.api.dto.MountRequest;
import dev.wherry.api.dto.MountRequest.BindOptionsRequest;
import dev.wherry.api.dto.MountRequest.DriverConfigRequest;
import dev.wherry.api.dto.MountRequest.TmpfsOptionsRequest;
import dev.wherry.api.dto.MountRequest.VolumeOptionsRequest;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.engine.container.MountSpec;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns an entry of {@code Mounts} into the engine's terms; its meaning is the engine's to check.
 */
final class MountMapper {
  private MountMapper() {}

  static MountSpec map(MountRequest mount, ApiVersion version) {
    return new MountSpec(
        MountSpec.Type.valueOf(text(mount.type()).toUpperCase(Locale.ROOT)),
        text(mount.source()),
        text(mount.target()),
        mount.readOnly(),
        text(mount.consistency()),
        bind(mount.bindOptions(), version),
        volume(mount.volumeOptions(), version),
        tmpfs(mount.tmpfsOptions()),
        mount.imageOptions() == null
            ? null
            : new MountSpec.ImageOptions(text(mount.imageOptions().subpath())));
  }

  private static MountSpec.@Nullable BindOptions bind(
      @Nullable BindOptionsRequest bind, ApiVersion version) {
    return bind == null
        ? null
        : new MountSpec.BindOptions(
            text(bind.propagation()),
            version.atLeast(1, 40) && bind.nonRecursive(),
            version.atLeast(1, 42) && bind.createMountpoint(),
            version.atLeast(1, 44) && bind.readOnlyNonRecursive(),
            bind.readOnlyForceRecursive());
  }

  private static MountSpec.@Nullable VolumeOptions volume(
      @Nullable VolumeOptionsRequest volume, ApiVersion version) {
    if (volume == null) {
      return null;
    }
    DriverConfigRequest driver = volume.driverConfig();
    return new MountSpec.VolumeOptions(
        volume.noCopy(),
        NewContainerMapper.map(volume.labels()),
        driver == null ? "" : text(driver.name()),
        driver == null ? Map.of() : NewContainerMapper.map(driver.options()),
        version.atLeast(1, 45) ? text(volume.subpath()) : "");
  }

  private static MountSpec.@Nullable TmpfsOptions tmpfs(@Nullable TmpfsOptionsRequest tmpfs) {
    return tmpfs == null
        ? null
        : new MountSpec.TmpfsOptions(
            tmpfs.sizeBytes(), tmpfs.mode(), tmpfs.options() == null ? List.of() : tmpfs.options());
  }
}
