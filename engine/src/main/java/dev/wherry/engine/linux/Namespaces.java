package dev.wherry.engine.linux;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * Network namespaces that live without a process, pinned by a bind mount as {@code ip netns} does,
 * and work inside of namespaces. Failures are {@link LinuxException}s.
 */
public interface Namespaces {
  /** At the end of the names of pins of user namespaces. */
  String USER = ".user";

  /**
   * Makes a directory for pins: mounted on itself and shared, so that unmounting a pin reaches the
   * mount namespaces that have copied it. A directory that is prepared already is left as it is.
   */
  void preparePins(Path directory);

  /** Undoes {@link #preparePins}; pins still in it go too. The directory stays. */
  void removePins(Path directory);

  /**
   * Creates a network namespace, pins it, and works inside of it before anybody else sees it. A
   * user namespace made for it is pinned beside it, at {@link #userPin}.
   *
   * @param owner whose it is
   * @param pin a name in a prepared directory, not there yet
   * @param inside runs on a thread of its own within the namespace; starts no other threads. If it
   *     fails nothing is left.
   */
  <T> T createNetwork(NamespaceOwner owner, Path pin, Callable<T> inside);

  /** The same for one that belongs to the host's user namespace. */
  default <T> T createNetwork(Path pin, Callable<T> inside) {
    return createNetwork(NamespaceOwner.HOST, pin, inside);
  }

  /** Where the user namespace is pinned that was made for a network namespace. */
  static Path userPin(Path pin) {
    return pin.resolveSibling(pin.getFileName() + USER);
  }

  /** The pin of the network namespace that a pin is, or is beside. */
  static Path pinOf(Path pin) {
    String name = String.valueOf(pin.getFileName());
    return name.endsWith(USER)
        ? pin.resolveSibling(name.substring(0, name.length() - USER.length()))
        : pin;
  }

  /**
   * Works inside a network namespace.
   *
   * @param namespace a pin, or {@code /proc/PID/ns/net}
   * @param inside runs on a thread of its own; starts no other threads, which would stay inside
   */
  <T> T callInNetwork(Path namespace, Callable<T> inside);

  /**
   * Unpins a namespace, and the user namespace that was made for it: when no process and no socket
   * is in it the kernel takes it down, and its links with it, a little later. An absent pin is
   * fine.
   */
  void remove(Path pin);
}
