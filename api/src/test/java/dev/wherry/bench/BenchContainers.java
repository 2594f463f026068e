package dev.wherry.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The image and the containers that workloads have in common. */
final class BenchContainers {
  /** Of one container, and what the names of many begin with. */
  static final String NAME = "wherry-bench-target";

  private BenchContainers() {}

  static void importBusybox(Engine engine, BenchImages images) throws Exception {
    engine.docker("import", images.busybox().toString(), BenchImages.BUSYBOX);
  }

  static void removeBusybox(Engine engine) throws Exception {
    engine.docker("rmi", "-f", BenchImages.BUSYBOX);
  }

  /** Starts or creates many containers, eight clients at a time. */
  static void eightAtATime(Engine engine, int count, String... head) throws Exception {
    try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
      List<Future<String>> started = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        List<String> line = new ArrayList<>(List.of(head));
        line.addAll(List.of("--name", NAME + "-" + i, BenchImages.BUSYBOX, "sleep", "100000"));
        Callable<String> start = () -> engine.docker(line.toArray(String[]::new));
        started.add(clients.submit(start));
      }
      for (Future<String> one : started) {
        one.get();
      }
    }
  }

  static void removeMany(Engine engine, int count) throws Exception {
    List<String> line = new ArrayList<>(List.of("rm", "-f", "-v"));
    for (int i = 0; i < count; i++) {
      line.add(NAME + "-" + i);
    }
    engine.docker(line.toArray(String[]::new));
  }
}
