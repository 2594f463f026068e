package dev.wherry.engine.cdi;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a device changes in a container's configuration (CDI specification, "OCI Edits").
 *
 * @param env {@code NAME=value}
 * @param additionalGids groups that the container's process is in
 */
public record CdiEdits(
    List<String> env,
    List<DeviceNode> deviceNodes,
    List<Mount> mounts,
    List<Hook> hooks,
    @JsonProperty("additionalGids") List<Long> additionalGids) {

  static final CdiEdits NONE = new CdiEdits(List.of(), List.of(), List.of(), List.of(), List.of());

  /** What a file leaves out comes as {@code null}, and is nothing. */
  public CdiEdits {
    env = given(env);
    deviceNodes = given(deviceNodes);
    mounts = given(mounts);
    hooks = given(hooks);
    additionalGids = given(additionalGids);
  }

  private static <T> List<T> given(@Nullable List<T> list) {
    return list == null ? List.of() : list.stream().filter(Objects::nonNull).toList();
  }

  /**
   * A device node.
   *
   * @param path in the container
   * @param hostPath on the host, {@code null} for the same
   * @param permissions of {@code rwm}, {@code null} for all
   */
  public record DeviceNode(
      String path,
      @Nullable String hostPath,
      @Nullable String type,
      @Nullable Long major,
      @Nullable Long minor,
      @Nullable Integer fileMode,
      @Nullable String permissions,
      @Nullable Long uid,
      @Nullable Long gid) {

    /** A file may leave the path out. */
    public DeviceNode {
      path = Objects.requireNonNullElse(path, "");
    }
  }

  /** A mount of something of the host's. */
  public record Mount(
      String hostPath,
      String containerPath,
      @Nullable String type,
      @Nullable List<String> options) {

    /** A file may leave them out. */
    public Mount {
      hostPath = Objects.requireNonNullElse(hostPath, "");
      containerPath = Objects.requireNonNullElse(containerPath, "");
    }
  }

  /** A program to be run at a moment of the container's life (OCI runtime-spec, "Hooks"). */
  public record Hook(
      String hookName,
      String path,
      @Nullable List<String> args,
      @Nullable List<String> env,
      @Nullable Integer timeout) {

    /** A file may leave them out. */
    public Hook {
      hookName = Objects.requireNonNullElse(hookName, "");
      path = Objects.requireNonNullElse(path, "");
    }
  }

  CdiEdits and(CdiEdits more) {
    return new CdiEdits(
        joined(env(), more.env()),
        joined(deviceNodes(), more.deviceNodes()),
        joined(mounts(), more.mounts()),
        joined(hooks(), more.hooks()),
        joined(additionalGids(), more.additionalGids()));
  }

  private static <T> List<T> joined(List<T> one, List<T> other) {
    var both = new ArrayList<T>(one);
    both.addAll(other);
    return both;
  }
}
