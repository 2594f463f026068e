package dev.wherry.e2e;

import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;

/** The one container of a test about its files, named "boat". */
record Boat(DockerCli docker) {
  private static final String NAME = "boat";

  /** Lets it run a script to its end. */
  void ended(String script) {
    docker.ok("run", "--name", NAME, TestImages.BUSYBOX, "sh", "-c", script);
  }

  /** Starts it, to stay. */
  void running(String... flags) {
    List<String> line = new ArrayList<>(List.of("run", "-d", "--name", NAME));
    line.addAll(List.of(flags));
    line.addAll(List.of(TestImages.BUSYBOX, "sleep", "1000"));
    docker.ok(line.toArray(String[]::new));
  }

  /** What a script in it prints. */
  String in(String script) {
    return docker.ok("exec", NAME, "sh", "-c", script);
  }

  /** Its root file system is mounted only while something needs it. */
  void assertIsNotMounted() {
    String root = docker.ok("inspect", "-f", "{{.GraphDriver.Data.MergedDir}}", NAME);
    await().until(() -> !DockerCli.host("cat", "/proc/self/mountinfo").text().contains(root + " "));
  }
}
