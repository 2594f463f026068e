package dev.wherry.bench;

import static dev.wherry.bench.BenchContainers.NAME;
import static dev.wherry.bench.BenchContainers.eightAtATime;
import static dev.wherry.bench.BenchContainers.importBusybox;
import static dev.wherry.bench.BenchContainers.removeBusybox;
import static dev.wherry.bench.BenchContainers.removeMany;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The workloads, in the order they are run and printed. */
final class Workloads {

  private static final int LOG_LINES = 200_000;

  /** As in a daemon that has been up for some minutes of work, and not a moment. */
  private static final int WARM = 200;

  private Workloads() {}

  static List<Workload> all(BenchImages images) {
    List<Workload> all = new ArrayList<>(NetworkWorkloads.all(images));
    all.addAll(ofContainersAndImages(images));
    all.addAll(EngineWorkloads.all(images));
    all.addAll(RunningWorkloads.all(images));
    return all;
  }

  private static List<Workload> ofContainersAndImages(BenchImages images) {
    return List.of(
        new Cli("run-rm-bridge", images, 0, List.of(), "run", "--rm", BenchImages.BUSYBOX, "true"),
        new Cli(
            "run-rm-no-network",
            images,
            0,
            List.of(),
            "run",
            "--rm",
            "--network",
            "none",
            BenchImages.BUSYBOX,
            "true"),
        new Cli("exec-first", images, 0, List.of("sleep", "100000"), "exec", NAME, "true"),
        new Cli("exec", images, WARM, List.of("sleep", "100000"), "exec", NAME, "true"),
        new Stop(images),
        new Cli("ps", images, 0, List.of("sleep", "100000"), "ps"),
        new Starts("40-starts", 40, images),
        new Starts("100-starts", 100, images),
        new ShortRuns(images),
        new LogLines(images),
        new Load(images),
        new NameAnswers(images));
  }

  /**
   * One command line, optionally with a container running {@code background}.
   *
   * @param before how often it is run, on either side, before it is measured
   */
  private record Cli(
      String name, BenchImages images, int before, List<String> background, String... line)
      implements Workload {
    @Override
    public void prepare(Engine engine) throws Exception {
      importBusybox(engine, images);
      if (!background.isEmpty()) {
        List<String> run =
            new ArrayList<>(List.of("run", "-d", "--name", NAME, BenchImages.BUSYBOX));
        run.addAll(background);
        engine.docker(run.toArray(String[]::new));
      }
      for (int i = 0; i < before; i++) {
        engine.docker(line);
      }
    }

    @Override
    public double measure(Engine engine) throws Exception {
      return engine.time(line);
    }

    @Override
    public void cleanUp(Engine engine) throws Exception {
      if (!background.isEmpty()) {
        engine.docker("rm", "-f", NAME);
      }
      removeBusybox(engine);
    }
  }

  /** The stop of a container that ends on SIGTERM; only the stop is timed. */
  private record Stop(BenchImages images) implements BusyboxWorkload {
    private static final String READY = "ready";

    @Override
    public String name() {
      return "stop";
    }

    @Override
    public double measure(Engine engine) throws Exception {
      String script = "trap 'exit 0' TERM; echo " + READY + "; while :; do sleep 0.01; done";
      engine.docker("run", "-d", "--name", NAME, BenchImages.BUSYBOX, "sh", "-c", script);
      while (!engine.docker("logs", NAME).contains(READY)) {
        Thread.onSpinWait();
      }
      double seconds = engine.time("stop", NAME);
      engine.docker("rm", NAME);
      return seconds;
    }
  }

  /** Short-lived containers, eight clients at a time, each code and each byte looked at. */
  private record ShortRuns(BenchImages images) implements BusyboxWorkload {
    private static final int COUNT = 100;

    @Override
    public String name() {
      return "100-short-runs";
    }

    @Override
    public double share() {
      return 0.3;
    }

    @Override
    public double measure(Engine engine) throws Exception {
      long begin = System.nanoTime();
      try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
        List<Future<?>> runs = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
          int number = i;
          runs.add(clients.submit(() -> run(engine, number)));
        }
        for (Future<?> one : runs) {
          one.get();
        }
      }
      return (System.nanoTime() - begin) / 1e9;
    }

    private static Void run(Engine engine, int number) throws Exception {
      int code = number % 100;
      String script = "echo out " + number + "; exit " + code;
      Process cli =
          engine
              .cli("run", "--rm", BenchImages.BUSYBOX, "sh", "-c", script)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String output = new String(cli.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int got = cli.waitFor();
      if (got != code || !output.equals("out " + number + "\n")) {
        throw new IllegalStateException("run " + number + " gave " + got + " and " + output);
      }
      return null;
    }
  }

  /** Detached runs, eight at a time. */
  private record Starts(String name, int count, BenchImages images) implements BusyboxWorkload {
    @Override
    public double share() {
      return 0.5;
    }

    @Override
    public double measure(Engine engine) throws Exception {
      long begin = System.nanoTime();
      eightAtATime(engine, count, "run", "-d");
      double seconds = (System.nanoTime() - begin) / 1e9;
      removeMany(engine, count);
      return seconds;
    }
  }

  /** Many lines through an attached client. */
  private record LogLines(BenchImages images) implements BusyboxWorkload {
    @Override
    public String name() {
      return "200k-lines";
    }

    @Override
    public double share() {
      return 0.5;
    }

    @Override
    public double measure(Engine engine) throws Exception {
      long begin = System.nanoTime();
      Process cli =
          engine
              .cli("run", "--rm", BenchImages.BUSYBOX, "seq", "1000000", "" + (999_999 + LOG_LINES))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      long lines = countLines(cli.getInputStream());
      int code = cli.waitFor();
      if (code != 0 || lines != LOG_LINES) {
        throw new IllegalStateException("exit code " + code + " after " + lines + " lines");
      }
      return (System.nanoTime() - begin) / 1e9;
    }

    private static long countLines(InputStream in) throws Exception {
      byte[] buffer = new byte[1 << 16];
      long lines = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        for (int i = 0; i < n; i++) {
          if (buffer[i] == '\n') {
            lines++;
          }
        }
      }
      return lines;
    }
  }

  /** Load of a large archive the engine does not have yet. */
  private record Load(BenchImages images) implements Workload {
    @Override
    public String name() {
      return "load-150mb";
    }

    @Override
    public double share() {
      return 0.5;
    }

    @Override
    public double measure(Engine engine) throws Exception {
      double seconds = engine.time("load", "-i", images.large().toString());
      engine.docker("rmi", "-f", BenchImages.LARGE);
      return seconds;
    }
  }
}
