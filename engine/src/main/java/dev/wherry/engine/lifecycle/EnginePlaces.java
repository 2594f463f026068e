package dev.wherry.engine.lifecycle;

import dev.wherry.engine.launch.Bundle;
import java.nio.file.Path;
import java.util.List;

/**
 * Where containers' files are.
 *
 * @param dataRoot survives a reboot
 * @param execRoot is emptied by one; short, since it holds unix sockets
 */
public record EnginePlaces(Path dataRoot, Path execRoot) {

  /** Holds a directory for each container: log, /etc/hosts and its like. */
  public Path containers() {
    return dataRoot.resolve("containers");
  }

  public Path container(String id) {
    return containers().resolve(id);
  }

  /** The log's current file; older ones lie beside it. */
  public Path log(String id) {
    return container(id).resolve(id + ".log");
  }

  /** Where the tmpfs is mounted that a container shares as its /dev/shm. */
  public Path sharedMemory(String id) {
    return container(id).resolve("shm");
  }

  /** Where parts of volumes and images are mounted for a container while it runs. */
  Path parts(String id) {
    return container(id).resolve("parts");
  }

  /** As {@link #parts} for one look at a container's files. */
  public Path viewParts(String id, String viewId) {
    return container(id).resolve("view-" + viewId);
  }

  /** Holds all bundles of containers. */
  public Path bundles() {
    return execRoot.resolve("c");
  }

  public Bundle bundle(String id) {
    return Bundle.of(bundles(), id);
  }

  /** Holds all bundles of execs. */
  public Path execs() {
    return execRoot.resolve("x");
  }

  public Bundle exec(String execId) {
    return Bundle.of(execs(), execId);
  }

  /** Where conmon leaves exit codes. */
  public Path exits() {
    return execRoot.resolve("exits");
  }

  /** Where runtimes keep their state. */
  public Path runtimes() {
    return execRoot.resolve("runtime");
  }

  /** All directories that must exist. */
  List<Path> directories() {
    return List.of(containers(), bundles(), execs(), exits(), runtimes());
  }
}
