package dev.wherry.bench;

/** A workload that needs busybox's image and nothing else. */
interface BusyboxWorkload extends Workload {
  BenchImages images();

  @Override
  default void prepare(Engine engine) throws Exception {
    BenchContainers.importBusybox(engine, images());
  }

  @Override
  default void cleanUp(Engine engine) throws Exception {
    BenchContainers.removeBusybox(engine);
  }
}
