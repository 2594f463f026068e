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
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compose 2, the plugin of the command line, on a project of services that wait for each other's
 * health and end. Where the machine has no such plugin the tests are skipped; {@code
 * WHERRY_COMPOSE_PLUGIN} names one that is not where the command line looks.
 */
@EndToEnd
class ComposeTwoIT {
  private static final Path PROJECT =
      Path.of(System.getProperty("basedir", "."), "src/test/clients/compose2/compose.yaml");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> NO_WAIT = List.of("-t", "0");

  @TempDir private Path home;
  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  ComposeTwoIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @BeforeEach
  void plugin() throws IOException {
    String plugin = System.getenv("WHERRY_COMPOSE_PLUGIN");
    if (plugin != null) {
      Path plugins = Files.createDirectory(home.resolve("cli-plugins"));
      Files.createSymbolicLink(plugins.resolve("docker-compose"), Path.of(plugin));
    }
    CliResult version = compose(Map.of(), "version", "--short");
    assumeTrue(
        version.exitCode() == 0 && !version.text().startsWith("1."),
        "needs Compose 2 as a plugin of the docker command line");
  }

  @AfterEach
  void down() {
    compose(Map.of(), "--profile", "tools", "down", "-v", "-t", "0", "--remove-orphans");
  }

  private ProcessBuilder line(Map<String, String> environment, String... args) {
    List<String> line = new ArrayList<>(List.of(DockerCli.program(), "compose"));
    line.addAll(List.of("-f", PROJECT.toString(), "-p", "sail2", "--ansi", "never"));
    line.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().put("DOCKER_HOST", "unix://" + daemon.socket());
    builder.environment().put("DOCKER_CONFIG", home.toString());
    builder.environment().putAll(environment);
    return builder;
  }

  private CliResult compose(Map<String, String> environment, String... args) {
    try (CliSession session = new CliSession(line(environment, args))) {
      return session.endInput().exit(PATIENCE);
    }
  }

  private String ok(Map<String, String> environment, String... args) {
    CliResult result = compose(environment, args);
    assertThat(result.exitCode()).as(String.join(" ", args) + "\n" + result.stderr()).isZero();
    return result.text();
  }

  private String ok(String... args) {
    return ok(Map.of(), args);
  }

  private String states() {
    return ok("ps", "-a", "--format", "{{.Service}} {{.State}} {{.Health}} {{.ExitCode}}");
  }

  @Test
  void a_project_lives_from_up_to_down() {
    ok("up", "-d", "--wait");
    assertThat(states().lines())
        .containsExactlyInAnyOrder("db running healthy 0", "init exited  0", "web running  0");
    assertThat(ok("ls", "-a", "--format", "json")).contains("exited(1), running(2)");
    assertThat(ok("logs", "--no-color", "init")).contains("init done");
    CliResult exec =
        compose(Map.of(), "exec", "-T", "web", "sh", "-c", "cat /run/secrets/pw /etc/app; exit 3");
    assertThat(exec.exitCode()).isEqualTo(3);
    assertThat(exec.stdout()).contains("a secret", "a configuration");
    assertThat(ok("exec", "-T", "web", "wget", "-q", "-O", "-", "http://store/"))
        .isEqualTo("hello from the web");
    assertThat(ok("exec", "-T", "web", "grep", "thing", "/etc/hosts")).contains("10.1.2.3");
    assertThat(ok("run", "--rm", "tools")).isEqualTo("a tool");
    assertThat(ok("top", "web")).contains("httpd");
    assertThat(ok("stats", "--no-stream", "--format", "{{.Name}}").lines())
        .containsExactlyInAnyOrder("sail2-db-1", "sail2-web-1");
    String port = ok("port", "web", "80").replaceFirst(".*:", "");
    assertThat(DockerCli.host("curl", "-s", "http://" + daemon.address() + ":" + port).text())
        .isEqualTo("hello from the web");
    ok("cp", "web:/etc/app", home.resolve("app").toString());
    assertThat(home.resolve("app")).hasContent("a configuration");
    ok("down", "-v", "-t", "0");
    assertThat(docker.ok("ps", "-aq")).isEmpty();
    assertThat(docker.ok("network", "ls", "-q", "--filter", "name=sail2")).isEmpty();
    assertThat(docker.ok("volume", "ls", "-q", "--filter", "name=sail2")).isEmpty();
  }

  @Test
  void services_are_paused_killed_scaled_and_made_anew() {
    ok("up", "-d", "--wait");
    ok("pause", "web");
    assertThat(states()).contains("web paused");
    assertThat(compose(Map.of(), "exec", "-T", "web", "true").stderr()).contains("is paused");
    ok("unpause", "web");
    ok("restart", "-t", "0", "web");
    ok("up", "-d", "--no-recreate", "--scale", "web=2");
    assertThat(ok("ps", "-q", "web").lines()).hasSize(2);
    String before = ok("ps", "-q", "db");
    ok(Map.of("GREETING", "bye"), DockerCli.line(List.of("up", "-d"), NO_WAIT, List.of()));
    assertThat(ok("exec", "-T", "web", "sh", "-c", "echo $GREETING")).isEqualTo("bye");
    assertThat(ok("ps", "-q", "db")).isEqualTo(before);
    ok("stop", "-t", "0");
    assertThat(states()).contains("db exited", "web exited");
    ok("start");
    await().untilAsserted(() -> assertThat(states()).contains("db running healthy"));
    ok("rm", "-fs", "web");
    assertThat(ok("ps", "-aq", "web")).isEmpty();
  }

  @Test
  void what_happens_is_followed_and_waited_for() {
    ok("up", "-d", "--wait");
    try (CliSession events = new CliSession(line(Map.of(), "events"));
        CliSession wait = new CliSession(line(Map.of(), "wait", "web"));
        CliSession logs = new CliSession(line(Map.of(), "logs", "-f", "--no-color", "web"))) {
      logs.awaitOutput("hello");
      // Listens from the first probe on that it shows.
      events.awaitOutput("exec_create: test -f /tmp/ready");
      ok("kill", "-s", "KILL", "web");
      events.awaitOutput("container die");
      assertThat(wait.exit(PATIENCE).exitCode()).isEqualTo(137);
      logs.awaitOutput("exited with code 137");
      events.signal("INT");
    }
  }
}
