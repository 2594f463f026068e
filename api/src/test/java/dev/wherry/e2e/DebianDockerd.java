package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Debian's dockerd beside a daemon, without a network of its own: to pass images to and fro. It is
 * the one installed, else the one that {@code ./wherry test} takes out of the packages.
 */
record DebianDockerd(Process process, DockerCli docker) implements AutoCloseable {
  private static final Path TOOLS =
      Path.of(System.getProperty("basedir", "."), "target", "tools").toAbsolutePath();

  /**
   * Starts one.
   *
   * @param directory for all it has and does
   */
  static DebianDockerd beside(DaemonUnderTest daemon, Path directory) {
    Path socket = directory.resolve("dockerd.sock");
    ProcessBuilder builder =
        new ProcessBuilder(
            "nsenter",
            "--net=/run/netns/" + daemon.namespace(),
            "dockerd",
            "--data-root",
            directory.resolve("dockerd").toString(),
            "--exec-root",
            directory.resolve("dockerd-exec").toString(),
            "--pidfile",
            directory.resolve("dockerd.pid").toString(),
            "--host",
            "unix://" + socket,
            "--bridge=none",
            "--iptables=false",
            "--ip-forward=false");
    // Where it looks for containerd and its shim as well.
    builder.environment().merge("PATH", TOOLS.toString(), (path, tools) -> path + ":" + tools);
    try {
      Process process =
          builder
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("dockerd.log").toFile())
              .start();
      await("dockerd answers")
          .atMost(Duration.ofSeconds(60))
          .failFast(
              () ->
                  assertThat(process.isAlive())
                      .as("dockerd, which ./wherry test fetches: " + log(directory))
                      .isTrue())
          .until(() -> Files.exists(socket) && RawHttp.answersPing(socket));
      return new DebianDockerd(process, new DockerCli("unix://" + socket));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String log(Path directory) throws IOException {
    return Files.readString(directory.resolve("dockerd.log"));
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
