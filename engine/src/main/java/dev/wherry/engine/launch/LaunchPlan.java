package dev.wherry.engine.launch;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.Resources.Ulimit;
import dev.wherry.engine.linux.IdMapping;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a start needs beyond the container's record: paths and namespaces that exist only for this
 * start.
 *
 * @param hostname its own, or that of the container whose network it shares
 * @param rootfs the mounted root file system
 * @param accounts of that root file system
 * @param namespaces which namespaces it gets
 * @param ids of its user namespace, if that is not the host's
 * @param files files of the engine's own shown inside, such as /etc/hosts
 * @param shm what /dev/shm is
 * @param init the init to run as process 1, {@code null} for none
 * @param cgroup path of its control group below each hierarchy's root
 * @param defaultUlimits limits for names the container does not set itself
 * @param linkVariables what its first process is told of the containers it is linked to
 */
public record LaunchPlan(
    Container container,
    String hostname,
    Path rootfs,
    Accounts accounts,
    Namespaces namespaces,
    IdMapping ids,
    List<BindFile> files,
    Shm shm,
    @Nullable Path init,
    String cgroup,
    List<Ulimit> defaultUlimits,
    List<String> linkVariables) {

  /** A file of the host bound over one of the container's. */
  public record BindFile(Path source, String destination) {}

  /** What is mounted on /dev/shm. */
  public sealed interface Shm {
    /** A tmpfs of the container's own. */
    record Private() implements Shm {}

    /** A directory of the host: the host's own, or a tmpfs that other containers may share. */
    record Bound(Path source) implements Shm {}

    /** Nothing. */
    record None() implements Shm {}
  }

  /** One kind of namespace (namespaces(7)). */
  public sealed interface Namespace {
    /** A new one, made by the runtime. */
    record Own() implements Namespace {}

    /** The host's. */
    record Host() implements Namespace {}

    /** An existing one. */
    record Joined(Path path) implements Namespace {}

    Namespace OWN = new Own();
    Namespace HOST = new Host();
  }

  /** The namespaces of a container; mount is always its own. */
  public record Namespaces(
      Namespace user,
      Namespace network,
      Namespace uts,
      Namespace pid,
      Namespace ipc,
      Namespace cgroup) {}
}
