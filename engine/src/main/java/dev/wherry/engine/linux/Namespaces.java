package dev.wherry.engine.linux;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * Network namespaces that live without a process, pinned by a bind mount as {@code ip netns} does,
 * and work inside of namespaces. Failures are {@link LinuxException}s.
 */
public interface Namespaces {
  /**
   * Makes a directory for pins: mounted on itself and shared, so that unmounting a pin reaches the
   * mount namespaces that have copied it. A directory that is prepared already is left as it is.
   */
  void preparePins(Path directory);

  /** Undoes {@link #preparePins}; pins still in it go too. The directory stays. */
  void removePins(Path directory);

  /**
   * Creates a network namespace, pins it, and works inside of it before anybody else sees it.
   *
   * @param pin a name in a prepared directory, not there yet
   * @param inside runs on a thread of its own within the namespace; starts no other threads. If it
   *     fails nothing is left.
   */
  <T> T createNetwork(Path pin, Callable<T> inside);

  /**
   * Works inside a network namespace.
   *
   * @param namespace a pin, or {@code /proc/PID/ns/net}
   * @param inside runs on a thread of its own; starts no other threads, which would stay inside
   */
  <T> T callInNetwork(Path namespace, Callable<T> inside);

  /**
   * Unpins a namespace: when no process and no socket is in it the kernel takes it down, and its
   * links with it, a little later. An absent pin is fine.
   */
  void remove(Path pin);
}
