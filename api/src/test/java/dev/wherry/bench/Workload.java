package dev.wherry.bench;

/** One thing that is measured on an engine; times in seconds, rates per second, memory in MiB. */
interface Workload {

  String name();

  /** Seconds, unless it is something else. */
  default String unit() {
    return "s";
  }

  /** Part of the usual number of rounds, for long workloads. */
  default double share() {
    return 1;
  }

  /**
   * How often it is measured on each engine.
   *
   * @param rounds the usual number
   */
  default int pairs(int rounds) {
    return Math.max(3, (int) Math.round(rounds * share()));
  }

  /** What is done once before, so that nothing is measured that happens but once. */
  default void warmUp(Engine engine) throws Exception {
    measure(engine);
  }

  default boolean canRunOn(Engine engine) {
    return true;
  }

  default void prepare(Engine engine) throws Exception {}

  double measure(Engine engine) throws Exception;

  default void cleanUp(Engine engine) throws Exception {}
}
