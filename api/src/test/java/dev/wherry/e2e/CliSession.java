package dev.wherry.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/** A running command whose input is typed and whose output is watched. */
final class CliSession implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Process process;
  private final StringBuffer stdout = new StringBuffer();
  private final StringBuffer stderr = new StringBuffer();
  private final Thread outReader;
  private final Thread errReader;

  CliSession(ProcessBuilder builder) {
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    outReader = Thread.ofVirtual().start(() -> drain(process.getInputStream(), stdout));
    errReader = Thread.ofVirtual().start(() -> drain(process.getErrorStream(), stderr));
  }

  private static void drain(InputStream in, StringBuffer to) {
    char[] buffer = new char[8192];
    try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) {
        to.append(buffer, 0, n);
      }
    } catch (IOException e) {
      to.append("[reading stopped: ").append(e.getMessage()).append(']');
    }
  }

  /** Sends text to its input, at once. */
  CliSession type(String text) {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends bytes to its input, at once. */
  CliSession send(byte[] bytes) {
    try {
      process.getOutputStream().write(bytes);
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(stderr.toString(), e);
    }
    return this;
  }

  /** Closes its input; its output stays open. */
  CliSession endInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Waits until its output holds a text. */
  CliSession awaitOutput(String text) {
    try {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> stdout.indexOf(text) >= 0);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("no '" + text + "' in the output of " + describe(), e);
    }
    return this;
  }

  String output() {
    return stdout.toString();
  }

  String errors() {
    return stderr.toString();
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** Sends it a signal by name. */
  CliSession signal(String name) {
    DockerCli.host("kill", "-" + name, Long.toString(process.pid())).text();
    return this;
  }

  /** Waits for its end. */
  CliResult exit() {
    return exit(PATIENCE);
  }

  /** Waits for its end, and fails when it has not come after so long. */
  CliResult exit(Duration patience) {
    try {
      if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
        close();
        throw new AssertionError("still running: " + describe());
      }
      outReader.join();
      errReader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    return new CliResult(process.exitValue(), stdout.toString(), stderr.toString());
  }

  private String describe() {
    return process.info().commandLine().orElse("a command")
        + "\nstdout: "
        + stdout
        + "\nstderr: "
        + stderr;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
