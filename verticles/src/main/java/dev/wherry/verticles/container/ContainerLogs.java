package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.log.LogReader;

/** Where the verticle gets containers' logs from; both calls block for disk work. */
interface ContainerLogs {

  LogReader open(Container container, LogReader.Selection selection);

  /**
   * Calls back after each change, from some thread; the callback must not block. A change made
   * before this returns may not be told.
   *
   * @return close it to hear no more
   */
  AutoCloseable watch(Container container, Runnable changed);
}
