package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Clients in other languages, each with a script as its users write them. */
@EndToEnd
class ScriptedClientsIT {
  private static final Path SCRIPTS =
      Path.of(System.getProperty("basedir", "."), "src/test/clients").toAbsolutePath();
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  private final DaemonUnderTest daemon;

  ScriptedClientsIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
  }

  private void passes(ProcessBuilder client) {
    client.environment().put("DOCKER_HOST", "unix://" + daemon.socket());
    CliResult result = run(client);
    assertThat(result.exitCode()).as(result.stdout() + result.stderr()).isZero();
  }

  private static CliResult run(ProcessBuilder program) {
    try (CliSession session = new CliSession(program)) {
      return session.endInput().exit(PATIENCE);
    }
  }

  @Test
  void docker_py_does_all_that_its_users_do() {
    passes(new ProcessBuilder("/usr/bin/python3", SCRIPTS.resolve("docker_py.py").toString()));
  }

  @Test
  void dockerode_does_all_that_its_users_do() {
    Path modules = Path.of(System.getProperty("basedir", "."), "target/clients").toAbsolutePath();
    if (!Files.isDirectory(modules.resolve("node_modules/dockerode"))) {
      String[] install = {
        "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"
      };
      ProcessBuilder npm = new ProcessBuilder(install);
      npm.command().add("--prefix=" + modules);
      npm.command().add("dockerode@5.0.1");
      CliResult fetched = run(npm);
      assumeThat(fetched.exitCode())
          .as("dockerode cannot be fetched here: " + fetched.stderr())
          .isZero();
    }
    ProcessBuilder node = new ProcessBuilder("node", SCRIPTS.resolve("dockerode.js").toString());
    node.environment().put("NODE_PATH", modules.resolve("node_modules").toString());
    passes(node);
  }
}
