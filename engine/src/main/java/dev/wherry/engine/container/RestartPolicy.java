package dev.wherry.engine.container;

/**
 * Whether and how often a container that ended is started again.
 *
 * @param maximumRetryCount for {@link Mode#ON_FAILURE}; 0 for no bound
 */
public record RestartPolicy(Mode mode, int maximumRetryCount) {

  public static final RestartPolicy NO = new RestartPolicy(Mode.NO, 0);

  /** The policies of the API. */
  public enum Mode {
    NO,
    ALWAYS,
    ON_FAILURE,
    UNLESS_STOPPED
  }
}
