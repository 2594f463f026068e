package dev.wherry.bench;

import static dev.wherry.bench.BenchContainers.eightAtATime;
import static dev.wherry.bench.BenchContainers.importBusybox;
import static dev.wherry.bench.BenchContainers.removeBusybox;
import static dev.wherry.bench.BenchContainers.removeMany;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What containers that run cost their host: to look at, and to be probed. */
final class RunningWorkloads {
  private RunningWorkloads() {}

  static List<Workload> all(BenchImages images) {
    return List.of(new Stats(images, 50), new Probes(images, 100));
  }

  /** {@code docker stats --no-stream} of all containers. */
  private record Stats(BenchImages images, int containers) implements Workload {
    @Override
    public String name() {
      return "stats-" + containers;
    }

    @Override
    public double share() {
      return 0.5;
    }

    @Override
    public void prepare(Engine engine) throws Exception {
      importBusybox(engine, images);
      eightAtATime(engine, containers, "run", "-d");
    }

    @Override
    public double measure(Engine engine) throws Exception {
      return engine.time("stats", "--no-stream");
    }

    @Override
    public void cleanUp(Engine engine) throws Exception {
      removeMany(engine, containers);
      removeBusybox(engine);
    }
  }

  /**
   * Processor time of the whole machine while containers are probed every five seconds, in parts of
   * one processor, less that of the machine at rest: the probes' helpers are too many and too short
   * to be followed one by one. Only true on a machine that does nothing else.
   */
  private record Probes(BenchImages images, int containers) implements BusyboxWorkload {
    private static final int REST_SECONDS = 5;
    private static final int SETTLING_SECONDS = 6;
    private static final int WINDOW_SECONDS = 15;

    /** USER_HZ, see proc(5) on /proc/stat. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int IDLE = 4;
    private static final int IOWAIT = 5;
    private static final int SOFTIRQ = 7;

    @Override
    public String name() {
      return "probes-" + containers;
    }

    @Override
    public String unit() {
      return "CPUs";
    }

    @Override
    public double share() {
      return 0.2;
    }

    @Override
    public double measure(Engine engine) throws Exception {
      double rest = processors(REST_SECONDS);
      eightAtATime(
          engine, containers, "run", "-d", "--health-cmd", "true", "--health-interval", "5s");
      try {
        TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
        return processors(WINDOW_SECONDS) - rest;
      } finally {
        removeMany(engine, containers);
      }
    }

    private static double processors(int seconds) throws IOException, InterruptedException {
      long begin = System.nanoTime();
      long before = busyTicks();
      TimeUnit.SECONDS.sleep(seconds);
      long ticks = busyTicks() - before;
      return ticks / TICKS_PER_SECOND / ((System.nanoTime() - begin) / 1e9);
    }

    private static long busyTicks() throws IOException {
      String[] fields = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +");
      long sum = 0;
      for (int i = 1; i <= SOFTIRQ; i++) {
        sum += i == IDLE || i == IOWAIT ? 0 : Long.parseLong(fields[i]);
      }
      return sum;
    }
  }
}
