package dev.wherry.engine.container;

import java.util.List;
import java.util.Optional;

/**
 * The current {@link Container} of every id, in memory. Reads never wait and may come from any
 * thread; each change replaces one entry and raises the version.
 */
public interface ContainerIndex {

  /**
   * The container meant by a full id, a name with or without its leading slash, a unique id prefix,
   * or the name that a {@link LegacyLink} gives it, in that order of preference.
   *
   * @throws dev.wherry.engine.error.EngineException.NotFound {@code No such container: X}
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter if the prefix is ambiguous
   */
  Container get(String ref);

  Optional<Container> byId(String id);

  Optional<Container> byName(String name);

  /** All containers, newest first. */
  List<Container> list();

  /** Rises with every change; equal versions mean equal lists. */
  long version();
}
