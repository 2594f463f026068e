package dev.wherry.bench;

import static dev.wherry.bench.BenchContainers.NAME;
import static dev.wherry.bench.BenchContainers.eightAtATime;
import static dev.wherry.bench.BenchContainers.importBusybox;
import static dev.wherry.bench.BenchContainers.removeBusybox;
import static dev.wherry.bench.BenchContainers.removeMany;

import java.util.List;

/** What an engine is like to its clients and its host: answers a second, start-up and memory. */
final class EngineWorkloads {
  private EngineWorkloads() {}

  static List<Workload> all(BenchImages images) {
    return List.of(
        new Rate("ping-rate", images, 0, "/_ping"),
        new Rate("list-rate", images, 100, "/containers/json?all=1"),
        new Rate("list-rate-1000", images, 1000, "/containers/json?all=1"),
        new Rate("inspect-rate", images, 1, "/containers/" + NAME + "-0/json"),
        new StartUp(),
        new Memory("memory-idle", images, 0),
        new Memory("memory-20", images, 20));
  }

  /** Requests per second while {@code containers} exist. */
  private record Rate(String name, BenchImages images, int containers, String path)
      implements Workload {
    @Override
    public String unit() {
      return "1/s";
    }

    @Override
    public double share() {
      return 0.5;
    }

    @Override
    public void prepare(Engine engine) throws Exception {
      if (containers > 0) {
        importBusybox(engine, images);
        eightAtATime(engine, containers, "create");
      }
    }

    @Override
    public double measure(Engine engine) throws Exception {
      return HttpRate.of(engine, path);
    }

    @Override
    public void cleanUp(Engine engine) throws Exception {
      if (containers > 0) {
        removeMany(engine, containers);
        removeBusybox(engine);
      }
    }
  }

  /** From the command being typed to the first answered ping. */
  private record StartUp() implements Workload {
    @Override
    public String name() {
      return "start-up";
    }

    @Override
    public double share() {
      return 0.5;
    }

    @Override
    public boolean canRunOn(Engine engine) {
      return engine.isRestartable();
    }

    @Override
    public double measure(Engine engine) throws Exception {
      engine.stop();
      return engine.start();
    }
  }

  /** Memory of all the engine's processes, freshly started, with running containers. */
  private record Memory(String name, BenchImages images, int containers) implements Workload {
    @Override
    public String unit() {
      return "MiB";
    }

    @Override
    public double share() {
      return 0.3;
    }

    @Override
    public boolean canRunOn(Engine engine) {
      return engine.isRestartable();
    }

    @Override
    public void prepare(Engine engine) throws Exception {
      engine.stop();
      engine.start();
      if (containers > 0) {
        importBusybox(engine, images);
        eightAtATime(engine, containers, "run", "-d");
      }
      EngineProcesses.awaitRest(engine);
    }

    @Override
    public double measure(Engine engine) throws Exception {
      return EngineProcesses.residentMebibytes(engine);
    }

    @Override
    public void cleanUp(Engine engine) throws Exception {
      if (containers > 0) {
        removeMany(engine, containers);
        removeBusybox(engine);
      }
    }
  }
}
