package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.api.http.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The log driver journald, against a journal of the test's own where the host has none. */
@EndToEnd
class JournalIT {
  private static final Path JOURNALD = Path.of("/lib/systemd/systemd-journald");
  private static final Path RUNTIME = Path.of("/run/systemd/journal");
  private static final Path FILES = Path.of("/run/log/journal");

  private static @Nullable Process journald;

  private final DockerCli docker;

  JournalIT(DockerCli docker) {
    this.docker = docker;
  }

  @BeforeAll
  static void startJournal() throws IOException {
    Path socket = RUNTIME.resolve("socket");
    if (Files.exists(socket)) {
      return;
    }
    assumeTrue(Files.isExecutable(JOURNALD), "there is no systemd-journald");
    journald = new ProcessBuilder(JOURNALD.toString()).inheritIO().start();
    await().until(() -> Files.exists(socket));
  }

  @AfterAll
  static void stopJournal() throws IOException {
    if (journald != null) {
      journald.destroy();
      journald.onExit().join();
      remove(RUNTIME);
      remove(FILES);
    }
  }

  private static void remove(Path top) throws IOException {
    try (Stream<Path> tree = Files.walk(top)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static List<JsonNode> entries(String match) {
    String lines =
        DockerCli.host("journalctl", "--no-pager", "--all", "-o", "json", match).stdout();
    return lines.lines().filter(line -> line.startsWith("{")).map(Json::tree).toList();
  }

  private static List<String> values(JsonNode entry, String... fields) {
    return Arrays.stream(fields).map(field -> entry.path(field).asText()).toList();
  }

  @Test
  void each_line_is_an_entry_with_the_fields_that_dockerd_gives_it() {
    String id =
        docker.ok(
            "run",
            "-d",
            "--name",
            "logbook",
            "--log-driver",
            "journald",
            "--log-opt",
            "tag=ship-{{.Name}}",
            "--log-opt",
            "labels=com.example.deck",
            "--log-opt",
            "env=SEA",
            "--label",
            "com.example.deck=upper",
            "-e",
            "SEA=north",
            TestImages.BUSYBOX,
            "sh",
            "-c",
            "echo first; echo; echo wrong >&2; printf %20000d 7; echo");
    docker.ok("wait", "logbook");
    await().until(() -> entries("CONTAINER_ID_FULL=" + id).size() >= 5);
    List<JsonNode> entries = entries("CONTAINER_ID_FULL=" + id);
    assertThat(entries).hasSize(5);
    assertThat(entries)
        .allSatisfy(
            entry ->
                assertThat(
                        values(
                            entry,
                            "CONTAINER_ID",
                            "CONTAINER_NAME",
                            "CONTAINER_TAG",
                            "SYSLOG_IDENTIFIER",
                            "IMAGE_NAME",
                            "COM_EXAMPLE_DECK",
                            "SEA"))
                    .containsExactly(
                        id.substring(0, 12),
                        "logbook",
                        "ship-logbook",
                        "ship-logbook",
                        TestImages.BUSYBOX,
                        "upper",
                        "north"));
    assertThat(entries)
        .filteredOn(entry -> entry.path("PRIORITY").asText().equals("3"))
        .extracting(entry -> entry.path("MESSAGE").asText())
        .containsExactly("wrong");
    assertThat(entries)
        .filteredOn(entry -> entry.path("PRIORITY").asText().equals("6"))
        .extracting(
            entry -> entry.path("MESSAGE").asText().strip(),
            entry -> entry.path("CONTAINER_PARTIAL_MESSAGE").asText())
        .containsExactly(tuple("first", ""), tuple("", ""), tuple("", "true"), tuple("7", ""));
    assertThat(docker.ok("logs", "logbook")).startsWith("first\n\n").endsWith("7");
    docker.ok("rm", "logbook");
  }

  @Test
  void without_a_copy_the_journal_alone_has_the_lines() {
    String id =
        docker.ok(
            "run",
            "-d",
            "--name",
            "nocopy",
            "--log-driver",
            "journald",
            "--log-opt",
            "cache-disabled=true",
            TestImages.BUSYBOX,
            "echo",
            "once");
    await().until(() -> entries("CONTAINER_ID_FULL=" + id).size() == 1);
    assertThat(docker.refused("logs", "nocopy"))
        .contains("configured logging driver does not support reading");
    docker.ok("rm", "nocopy");
  }
}
