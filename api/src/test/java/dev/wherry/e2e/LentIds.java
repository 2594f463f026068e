package dev.wherry.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Ids of the host that are lent to one of its users, subuid(5), for as long as this is open. The
 * user's own ranges, if it has any, are put aside.
 */
final class LentIds implements AutoCloseable {
  /** A user that every host has. */
  static final String USER = "daemon";

  static final long FIRST = 1_879_048_192L;
  static final long COUNT = 65_536;

  private static final List<Path> FILES = List.of(Path.of("/etc/subuid"), Path.of("/etc/subgid"));

  private final List<List<String>> before = new ArrayList<>();

  LentIds() throws IOException {
    for (Path file : FILES) {
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      before.add(lines);
      List<String> changed =
          new ArrayList<>(lines.stream().filter(line -> !line.startsWith(USER + ":")).toList());
      changed.add(USER + ":" + FIRST + ":" + COUNT);
      Files.write(file, changed, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
    }
  }

  @Override
  public void close() throws IOException {
    for (int i = 0; i < FILES.size(); i++) {
      Files.write(FILES.get(i), before.get(i), StandardOpenOption.TRUNCATE_EXISTING);
    }
  }
}
