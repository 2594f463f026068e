package dev.wherry.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Debian's docker-registry on loopback, for both engines; started when it is first asked for. */
final class BenchRegistry implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/docker-registry");
  private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Path directory;
  private final int port;
  private @Nullable Process process;

  BenchRegistry(Path work) throws IOException {
    this.directory = work.resolve("registry");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = free.getLocalPort();
    }
  }

  static boolean isInstalled() {
    return Files.isExecutable(PROGRAM);
  }

  /** What the engines call an image of it. */
  String name(String image) {
    return "127.0.0.1:" + port + "/" + image + ":1";
  }

  void startUnlessRunning() throws Exception {
    if (process != null) {
      return;
    }
    Files.createDirectories(directory);
    Path config = directory.resolve("config.yml");
    Files.writeString(
        config,
        """
        version: 0.1
        log: {level: error}
        storage: {filesystem: {rootdirectory: %s/data}}
        http: {addr: '127.0.0.1:%d'}
        """
            .formatted(directory, port));
    process =
        new ProcessBuilder(PROGRAM.toString(), "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    long begin = System.nanoTime();
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() - begin > START_LIMIT_NANOS) {
        throw new IOException("docker-registry did not start");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Has it forget all it had. */
  void empty() throws Exception {
    close();
    if (Files.exists(directory)) {
      BenchImages.deleteTree(directory);
    }
    startUnlessRunning();
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroy();
      process.onExit().join();
      process = null;
    }
  }
}
