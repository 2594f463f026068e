package dev.wherry.engine.container;

import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.PortBinding;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one container: immutable, replaced as a whole at every change, so a reader
 * always sees one consistent moment.
 *
 * @param id 64 hexadecimal digits
 * @param name without the leading slash
 * @param path the executable, and {@code args} its arguments: entrypoint and command merged
 * @param imageId digest of the image's configuration
 * @param chainId the image's stack of layers, {@code null} for an empty image
 * @param networks by network name; runtime members are empty while it is not running
 * @param networkSandbox its network namespace while running; {@code null} for host or container
 *     mode
 * @param hasBeenStartedBefore whether anonymous volumes have been filled
 * @param hasBeenManuallyStopped keeps {@code unless-stopped} from starting it again
 * @param health {@code null} for one without a healthcheck or never started
 */
public record Container(
    String id,
    String name,
    Instant created,
    String path,
    List<String> args,
    ContainerConfig config,
    HostConfig hostConfig,
    String imageId,
    @Nullable String chainId,
    String platform,
    ContainerState state,
    Map<String, Attachment> networks,
    @Nullable NetworkSandbox networkSandbox,
    List<MountPoint> mounts,
    String driver,
    int restartCount,
    boolean hasBeenStartedBefore,
    boolean hasBeenManuallyStopped,
    @Nullable Health health) {

  /** One that has not been probed. */
  public Container(
      String id,
      String name,
      Instant created,
      String path,
      List<String> args,
      ContainerConfig config,
      HostConfig hostConfig,
      String imageId,
      @Nullable String chainId,
      String platform,
      ContainerState state,
      Map<String, Attachment> networks,
      @Nullable NetworkSandbox networkSandbox,
      List<MountPoint> mounts,
      String driver,
      int restartCount,
      boolean hasBeenStartedBefore,
      boolean hasBeenManuallyStopped) {
    this(
        id,
        name,
        created,
        path,
        args,
        config,
        hostConfig,
        imageId,
        chainId,
        platform,
        state,
        networks,
        networkSandbox,
        mounts,
        driver,
        restartCount,
        hasBeenStartedBefore,
        hasBeenManuallyStopped,
        null);
  }

  /**
   * @param id 64 hexadecimal digits, made for each start
   * @param key path of the pinned network namespace
   * @param ports {@code port/proto} to what it is really published on; exposed but unpublished
   *     ports map to an empty list
   */
  public record NetworkSandbox(String id, String key, Map<String, List<PortBinding>> ports) {}

  public Container withState(ContainerState newState) {
    return new Container(
        id,
        name,
        created,
        path,
        args,
        config,
        hostConfig,
        imageId,
        chainId,
        platform,
        newState,
        networks,
        networkSandbox,
        mounts,
        driver,
        restartCount,
        hasBeenStartedBefore,
        hasBeenManuallyStopped,
        health);
  }

  public Container withName(String newName) {
    return new Container(
        id,
        newName,
        created,
        path,
        args,
        config,
        hostConfig,
        imageId,
        chainId,
        platform,
        state,
        networks,
        networkSandbox,
        mounts,
        driver,
        restartCount,
        hasBeenStartedBefore,
        hasBeenManuallyStopped,
        health);
  }

  public Container withMounts(List<MountPoint> newMounts) {
    return new Container(
        id,
        name,
        created,
        path,
        args,
        config,
        hostConfig,
        imageId,
        chainId,
        platform,
        state,
        networks,
        networkSandbox,
        newMounts,
        driver,
        restartCount,
        hasBeenStartedBefore,
        hasBeenManuallyStopped,
        health);
  }

  public Container withNetworks(
      Map<String, Attachment> newNetworks, @Nullable NetworkSandbox newSandbox) {
    return new Container(
        id,
        name,
        created,
        path,
        args,
        config,
        hostConfig,
        imageId,
        chainId,
        platform,
        state,
        newNetworks,
        newSandbox,
        mounts,
        driver,
        restartCount,
        hasBeenStartedBefore,
        hasBeenManuallyStopped,
        health);
  }

  public Container withHostConfig(HostConfig newHostConfig) {
    return new Container(
        id,
        name,
        created,
        path,
        args,
        config,
        newHostConfig,
        imageId,
        chainId,
        platform,
        state,
        networks,
        networkSandbox,
        mounts,
        driver,
        restartCount,
        hasBeenStartedBefore,
        hasBeenManuallyStopped,
        health);
  }

  public Container withStarted(boolean before, boolean manuallyStopped, int restarts) {
    return new Container(
        id,
        name,
        created,
        path,
        args,
        config,
        hostConfig,
        imageId,
        chainId,
        platform,
        state,
        networks,
        networkSandbox,
        mounts,
        driver,
        restarts,
        before,
        manuallyStopped,
        health);
  }

  public Container withHealth(@Nullable Health newHealth) {
    return new Container(
        id,
        name,
        created,
        path,
        args,
        config,
        hostConfig,
        imageId,
        chainId,
        platform,
        state,
        networks,
        networkSandbox,
        mounts,
        driver,
        restartCount,
        hasBeenStartedBefore,
        hasBeenManuallyStopped,
        newHealth);
  }
}
