package dev.wherry.engine.linux;

import java.nio.file.Path;

/**
 * The user namespace that a namespace belongs to: whose root may change what is in it,
 * user_namespaces(7).
 */
public sealed interface NamespaceOwner {
  /** The host's. */
  record Host() implements NamespaceOwner {}

  /** A new one of its own. */
  record Fresh(IdMapping ids) implements NamespaceOwner {}

  /** That of a process, by its path in procfs. */
  record Existing(Path path) implements NamespaceOwner {}

  NamespaceOwner HOST = new Host();
}
