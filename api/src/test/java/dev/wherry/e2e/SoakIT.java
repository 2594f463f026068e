package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The same small thing again and again: nothing is lost and nothing piles up. How often is set by
 * the system properties {@code soak.runs} and {@code soak.execs}; what the everyday run has is
 * enough to see a leak of one thing each time.
 */
@Tag("e2e")
@Timeout(3600)
class SoakIT {
  private static final int RUNS = Integer.getInteger("soak.runs", 120);
  private static final int EXECS = Integer.getInteger("soak.execs", 400);
  private static final int WARM_UP = 40;

  /** Descriptors and threads that come and go whatever is done: pools grow to their bound. */
  private static final int SLACK = 40;

  private WherryDaemon daemon;
  private DockerCli docker;

  @BeforeEach
  void start() {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "looks into the daemon's process");
    daemon = WherryDaemon.start();
    docker = daemon.docker();
    TestImages.importBusybox(docker);
  }

  /** Closing it fails on mounts, links, control groups and processes that were left. */
  @AfterEach
  void close() {
    if (daemon != null) {
      daemon.close();
    }
  }

  private static void eightAtATime(
      int count, IntFunction<CliResult> doing, IntFunction<CliResult> expected) throws Exception {
    try (var pool = Executors.newFixedThreadPool(8)) {
      List<Callable<CliResult>> all =
          IntStream.range(0, count)
              .<Callable<CliResult>>mapToObj(i -> () -> doing.apply(i))
              .toList();
      var results = pool.invokeAll(all);
      for (int i = 0; i < count; i++) {
        assertThat(results.get(i).get()).as("number %d", i).isEqualTo(expected.apply(i));
      }
    }
  }

  private static String lines(int upTo) {
    return IntStream.rangeClosed(1, upTo).mapToObj(n -> n + "\n").collect(Collectors.joining());
  }

  /** Both streams, every code, and from a word to more than a pipe holds. */
  private static String script(int i) {
    return "echo in " + i + "; echo beside " + i + " >&2; seq 1 " + length(i) + "; exit " + i % 200;
  }

  private static int length(int i) {
    return i % 10 == 0 ? 20_000 : i % 10;
  }

  private static CliResult result(int i) {
    String seq = length(i) == 0 ? "" : lines(length(i));
    return new CliResult(i % 200, "in " + i + "\n" + seq, "beside " + i + "\n");
  }

  @Test
  void short_lived_containers_eight_at_a_time_all_tell_their_code_and_every_byte()
      throws Exception {
    eightAtATime(
        RUNS,
        i ->
            i % 3 == 0
                ? docker.run(
                    "run", "--rm", "--network", "none", TestImages.BUSYBOX, "sh", "-c", script(i))
                : docker.run("run", "--rm", TestImages.BUSYBOX, "sh", "-c", script(i)),
        SoakIT::result);
    await().until(() -> docker.ok("ps", "-aq").isEmpty());
    assertThat(filesBelow("containers")).isEmpty();
    assertThat(docker.ok("network", "inspect", "-f", "{{len .Containers}}", "bridge"))
        .isEqualTo("0");
  }

  @Test
  void execs_leave_nothing_open_running_or_stored() throws Exception {
    docker.ok("run", "-d", "--name", "boat", TestImages.BUSYBOX, "sleep", "100000");
    execs(WARM_UP);
    Footprint before = footprint();
    execs(EXECS);
    assertThat(docker.ok("inspect", "-f", "{{.ExecIDs}}", "boat")).isEqualTo("[]");
    assertThat(docker.ok("top", "boat").lines()).hasSize(2);
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(footprint().beyond(before)).isEmpty());
    System.out.printf("%d execs: %s before, %s after%n", EXECS, before, footprint());
  }

  private void execs(int count) throws Exception {
    eightAtATime(count, i -> docker.run("exec", "boat", "sh", "-c", script(i)), SoakIT::result);
  }

  private List<Path> filesBelow(String directory) throws IOException {
    return below(daemon.dataRoot().resolve(directory));
  }

  private static List<Path> below(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  /** What the daemon has of what could pile up. */
  private record Footprint(int descriptors, int threads, int files, long residentMebibytes) {
    /** In what it is larger than it was, beyond what comes and goes. */
    List<String> beyond(Footprint earlier) {
      List<String> more = new ArrayList<>();
      if (descriptors > earlier.descriptors + SLACK) {
        more.add("descriptors " + descriptors + " after " + earlier.descriptors);
      }
      if (threads > earlier.threads + SLACK) {
        more.add("threads " + threads + " after " + earlier.threads);
      }
      if (files > earlier.files + SLACK) {
        more.add("files " + files + " after " + earlier.files);
      }
      // The heap is bounded by the daemon's flags; this is what lies outside of it.
      if (residentMebibytes > earlier.residentMebibytes + 100) {
        more.add("MiB " + residentMebibytes + " after " + earlier.residentMebibytes);
      }
      return more;
    }
  }

  private Footprint footprint() throws IOException {
    Path process = Path.of("/proc", Long.toString(daemon.pid()));
    long resident =
        Files.readAllLines(process.resolve("status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
            .findFirst()
            .orElseThrow();
    return new Footprint(
        below(process.resolve("fd")).size(),
        below(process.resolve("task")).size(),
        filesOfDaemon(),
        resident);
  }

  /**
   * All files below the data root and the exec root; what is inside of images is always the same.
   */
  private int filesOfDaemon() {
    Path data = daemon.dataRoot();
    return (int)
        DockerCli.host("find", data.toString(), data.resolveSibling("exec").toString())
            .stdout()
            .lines()
            .count();
  }
}
