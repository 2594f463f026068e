package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The daemon as it is shipped, from its jar, in a sandbox of its own. */
final class WherryDaemon implements DaemonUnderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Sandbox sandbox;
  private final List<String> flags;
  private final DockerCli docker;
  private Process process;

  private WherryDaemon(Sandbox sandbox, List<String> flags) {
    this.sandbox = sandbox;
    this.flags = flags;
    this.docker = new DockerCli("unix://" + socket());
    this.process = launch();
  }

  /** Starts a daemon and waits for its first ping. */
  static WherryDaemon start(String... flags) {
    WherryDaemon daemon = new WherryDaemon(Sandbox.make(), List.of(flags));
    daemon.awaitPing();
    return daemon;
  }

  /** Starts a daemon whose data root is a file system of its own, so large and no larger. */
  static WherryDaemon startOnDiskOf(String size) {
    Sandbox sandbox = Sandbox.make();
    sandbox.mountDisk("data", size);
    WherryDaemon daemon = new WherryDaemon(sandbox, List.of());
    daemon.awaitPing();
    return daemon;
  }

  /** Starts a daemon that is to refuse to start, and returns its exit code and what it said. */
  static CliResult startRefused(String... flags) {
    WherryDaemon daemon = new WherryDaemon(Sandbox.make(), List.of(flags));
    try {
      await().atMost(PATIENCE).until(() -> !daemon.process.isAlive());
      return new CliResult(daemon.process.exitValue(), "", daemon.log());
    } finally {
      daemon.process.destroyForcibly();
      daemon.sandbox.dismantle();
    }
  }

  private Process launch() {
    List<String> line = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace()));
    line.addAll(
        List.of(
            System.getProperty("java.home") + "/bin/java",
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "-Xss256k",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            jar(),
            "dev.wherry.api.Main"));
    line.addAll(
        List.of(
            "--data-root",
            sandbox.root().resolve("data").toString(),
            "--exec-root",
            sandbox.root().resolve("exec").toString(),
            "--pidfile",
            sandbox.root().resolve("pid").toString(),
            "--cgroup-parent",
            sandbox.cgroupParent(),
            "--host",
            "unix://" + socket(),
            "--debug"));
    line.addAll(flags);
    try {
      return new ProcessBuilder(line)
          .redirectErrorStream(true)
          .redirectInput(new File("/dev/null"))
          .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The daemon's jar, as the build makes it. */
  static String jar() {
    return Path.of(System.getProperty("basedir", "."), "target", "wherry.jar")
        .toAbsolutePath()
        .toString();
  }

  private void awaitPing() {
    await("first ping; log: " + logFile())
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .failFast(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError("the daemon ended: " + log());
              }
            })
        .until(() -> Files.exists(socket()) && RawHttp.answersPing(socket()));
  }

  /** Kills it as a crash would, and waits until it is gone. */
  void kill9() {
    process.destroyForcibly().onExit().join();
  }

  /** Tells it to end, and waits until it has. */
  void terminate() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the daemon does not end: " + log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Starts it again where it was, with the same flags. */
  void startAgain() {
    process = launch();
    awaitPing();
  }

  /** The host goes down without warning and comes up again. */
  void reboot() {
    kill9();
    sandbox.loseWhatARebootTakes();
    startAgain();
  }

  long pid() {
    return process.pid();
  }

  boolean isRunning() {
    return process.isAlive();
  }

  Path dataRoot() {
    return sandbox.root().resolve("data");
  }

  /** Everything it has logged. */
  String log() {
    try {
      return Files.readString(logFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path logFile() {
    return sandbox.root().resolve("log");
  }

  @Override
  public Path socket() {
    return sandbox.root().resolve("docker.sock");
  }

  @Override
  public DockerCli docker() {
    return docker;
  }

  @Override
  public String address() {
    return sandbox.address();
  }

  @Override
  public String hostAddress() {
    return sandbox.hostAddress();
  }

  @Override
  public String namespace() {
    return sandbox.namespace();
  }

  /** Removes all containers, ends the daemon, and fails when anything of it stays. */
  @Override
  public void close() {
    String trouble = "";
    try {
      if (!process.isAlive()) {
        trouble = "the daemon was gone before its time: " + tail();
      } else {
        docker.removeAllContainers();
        terminate();
        if (Files.exists(sandbox.root().resolve("pid"))) {
          trouble = "the pid file stays";
        }
      }
    } finally {
      process.destroyForcibly();
      String log = tail();
      List<String> left = sandbox.dismantle();
      assertThat(left).as("what the daemon left behind; its log ends\n%s", log).isEmpty();
    }
    assertThat(trouble).isEmpty();
  }

  private String tail() {
    String[] lines = log().split("\n");
    return String.join(
        "\n", Arrays.asList(lines).subList(Math.max(0, lines.length - 40), lines.length));
  }
}
