package dev.wherry.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs every workload on our engine and on another one in turn and prints median, spread and the
 * ratio of each pair.
 */
@Command(
    name = "wherry bench",
    mixinStandardHelpOptions = true,
    description = "Measures this engine against any other Docker socket, pair by pair.")
public final class Bench implements Runnable {

  @Option(names = "--host", required = true, description = "Socket of our engine, unix:///path.")
  private String host = "";

  @Option(
      names = "--command",
      description =
          "Shell command that runs our engine in the foreground on that socket; the bench then starts"
              + " it, measures its start-up and stops it.")
  private @Nullable String command;

  @Option(
      names = "--against",
      required = true,
      description = "Socket of the other engine, unix:///path.")
  private String against = "";

  @Option(
      names = "--against-command",
      description = "As --command, for the other engine; without it its start-up is not measured.")
  private @Nullable String againstCommand;

  @Option(names = "--rounds", description = "Pairs per workload (default ${DEFAULT-VALUE}).")
  private int rounds = 10;

  @Option(names = "--only", split = ",", description = "Names of the workloads to run.")
  private Set<String> only = Set.of();

  @Option(
      names = "--tree",
      description =
          "Directory whose files the images for registries are made of, 300 MB or more; for example"
              + " what debootstrap made (default ${DEFAULT-VALUE}).")
  private Path tree = Path.of("/usr");

  @Option(names = "--markdown", description = "Also write the table to this file.")
  private @Nullable Path markdown;

  @Override
  public void run() {
    try {
      Path work = Files.createTempDirectory("wherry-bench");
      try (Engine ours = new Engine("ours", Path.of(stripScheme(host)), command, work);
          Engine other = new Engine("other", Path.of(stripScheme(against)), againstCommand, work);
          BenchRegistry registry = new BenchRegistry(work)) {
        measure(ours, other, work, registry);
      } finally {
        BenchImages.deleteTree(work);
      }
    } catch (Exception e) {
      throw new IllegalStateException("bench failed: " + e.getMessage(), e);
    }
  }

  private void measure(Engine ours, Engine other, Path work, BenchRegistry registry)
      throws Exception {
    List<Row> rows = new ArrayList<>();
    BenchImages images = BenchImages.make(work);
    ours.startUnlessRunning();
    other.startUnlessRunning();
    System.out.println("ours:  " + ours.describe());
    System.out.println("other: " + other.describe());
    List<Workload> workloads = new ArrayList<>(Workloads.all(images));
    workloads.addAll(RegistryWorkloads.all(new RegistryWorkloads.Setting(registry, work, tree)));
    for (Workload workload : workloads) {
      if (!only.isEmpty() && !only.contains(workload.name())) {
        continue;
      }
      if (!workload.canRunOn(ours) || !workload.canRunOn(other)) {
        System.out.println(workload.name() + ": left out, needs --command and --against-command");
        continue;
      }
      Row row = pairs(workload, ours, other);
      System.out.println(row.plain());
      rows.add(row);
    }
    String table = Row.markdown(rows);
    System.out.println();
    System.out.println(table);
    if (markdown != null) {
      Files.writeString(markdown, table);
    }
  }

  private Row pairs(Workload workload, Engine ours, Engine other) throws Exception {
    workload.prepare(ours);
    workload.prepare(other);
    try {
      workload.warmUp(ours);
      workload.warmUp(other);
      int pairs = workload.pairs(rounds);
      double[] left = new double[pairs];
      double[] right = new double[pairs];
      for (int i = 0; i < pairs; i++) {
        left[i] = workload.measure(ours);
        right[i] = workload.measure(other);
      }
      return Row.of(workload.name(), workload.unit(), left, right);
    } finally {
      workload.cleanUp(ours);
      workload.cleanUp(other);
    }
  }

  private static String stripScheme(String url) {
    if (!url.startsWith("unix://")) {
      throw new IllegalArgumentException("not a unix socket: " + url);
    }
    return url.substring("unix://".length());
  }

  public static void main(String[] args) {
    System.exit(new CommandLine(new Bench()).execute(args));
  }
}
