package dev.wherry.verticles.container;

/** What a client waits for (Docker Engine API, ContainerWait). */
public enum WaitCondition {
  /** At once if it is not running, else its next exit. */
  NOT_RUNNING,
  /** The next exit, also of a container that has not been started. */
  NEXT_EXIT,
  /** Its removal; the result is the last exit's. */
  REMOVED
}
