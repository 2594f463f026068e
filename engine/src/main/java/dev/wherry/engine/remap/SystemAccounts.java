package dev.wherry.engine.remap;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The accounts of this host, by getent(1), useradd(8) and usermod(8). */
final class SystemAccounts implements HostAccounts {
  private static final Path SUBUID = Path.of("/etc/subuid");
  private static final Path SUBGID = Path.of("/etc/subgid");

  /** What a program left behind. */
  private record Outcome(int code, String text) {}

  @Override
  public Optional<User> user(String key) {
    return entry("passwd", key).map(words -> new User(words[0], Long.parseLong(words[2])));
  }

  @Override
  public Optional<String> group(String key) {
    return entry("group", key).map(words -> words[0]);
  }

  /** An entry of a database, getent(1): empty if there is none. */
  private static Optional<String[]> entry(String database, String key) {
    if (key.isEmpty()) {
      return Optional.empty();
    }
    Outcome found = run("getent", database, key);
    return found.code() == 0
        ? found.text().lines().findFirst().map(line -> line.split(":", -1))
        : Optional.empty();
  }

  @Override
  public String subordinateUsers() {
    return text(SUBUID);
  }

  @Override
  public String subordinateGroups() {
    return text(SUBGID);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new EngineException.Unavailable("cannot read " + file + ": " + e.getMessage());
    }
  }

  @Override
  public void addUser(String name) {
    if (group(name).isPresent()) {
      require("useradd", "--system", "--no-create-home", "--shell", "/bin/false", "-g", name, name);
    } else {
      require("useradd", "--system", "--no-create-home", "--shell", "/bin/false", "-U", name);
    }
  }

  @Override
  public void lend(String name, long first, long last, boolean ofGroups) {
    require("usermod", ofGroups ? "--add-subgids" : "--add-subuids", first + "-" + last, name);
  }

  private static void require(String... command) {
    Outcome outcome = run(command);
    if (outcome.code() != 0) {
      throw new EngineException.Unavailable(
          "%s: %s".formatted(String.join(" ", command), outcome.text().strip()));
    }
  }

  private static Outcome run(String... command) {
    try {
      Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), text);
    } catch (IOException e) {
      throw new EngineException.Unavailable(command[0] + " cannot be run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException.Unavailable(command[0] + " was interrupted");
    }
  }
}
