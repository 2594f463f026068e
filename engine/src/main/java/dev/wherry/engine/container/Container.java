package dev.wherry.engine.container;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.PortBinding;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
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

  /** dockerd's refusal to remove it as it is; empty if it can be removed. */
  public Optional<EngineException> removalRefusal() {
    String reason = state.whyNotRemovable();
    return reason.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new EngineException.Conflict(
                "cannot remove container \"/" + name + "\": container is " + reason));
  }

  public Container withState(ContainerState newState) {
    return changed(draft -> draft.state = newState);
  }

  public Container withName(String newName) {
    return changed(draft -> draft.name = newName);
  }

  public Container withMounts(List<MountPoint> newMounts) {
    return changed(draft -> draft.mounts = newMounts);
  }

  public Container withNetworks(
      Map<String, Attachment> newNetworks, @Nullable NetworkSandbox newSandbox) {
    return changed(
        draft -> {
          draft.networks = newNetworks;
          draft.networkSandbox = newSandbox;
        });
  }

  public Container withHostConfig(HostConfig newHostConfig) {
    return changed(draft -> draft.hostConfig = newHostConfig);
  }

  public Container withStarted(boolean before, boolean manuallyStopped, int restarts) {
    return changed(
        draft -> {
          draft.hasBeenStartedBefore = before;
          draft.hasBeenManuallyStopped = manuallyStopped;
          draft.restartCount = restarts;
        });
  }

  public Container withHealth(@Nullable Health newHealth) {
    return changed(draft -> draft.health = newHealth);
  }

  /** What of a container changes while it lives, on the way from one to the next. */
  private static final class Draft {
    private String name;
    private HostConfig hostConfig;
    private ContainerState state;
    private Map<String, Attachment> networks;
    private @Nullable NetworkSandbox networkSandbox;
    private List<MountPoint> mounts;
    private int restartCount;
    private boolean hasBeenStartedBefore;
    private boolean hasBeenManuallyStopped;
    private @Nullable Health health;

    Draft(Container container) {
      name = container.name;
      hostConfig = container.hostConfig;
      state = container.state;
      networks = container.networks;
      networkSandbox = container.networkSandbox;
      mounts = container.mounts;
      restartCount = container.restartCount;
      hasBeenStartedBefore = container.hasBeenStartedBefore;
      hasBeenManuallyStopped = container.hasBeenManuallyStopped;
      health = container.health;
    }
  }

  private Container changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return new Container(
        id,
        draft.name,
        created,
        path,
        args,
        config,
        draft.hostConfig,
        imageId,
        chainId,
        platform,
        draft.state,
        draft.networks,
        draft.networkSandbox,
        draft.mounts,
        driver,
        draft.restartCount,
        draft.hasBeenStartedBefore,
        draft.hasBeenManuallyStopped,
        draft.health);
  }
}
