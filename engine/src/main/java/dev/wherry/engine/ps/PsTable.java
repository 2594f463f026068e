package dev.wherry.engine.ps;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows of ps(1) for chosen processes.
 *
 * @param titles of the columns
 * @param rows one per process that still exists
 */
public record PsTable(List<String> titles, List<List<String>> rows) {
  private static final long MILLIS_PER_TICK = 10;
  private static final long KIB = 1024;

  /** After the name in /proc/PID/stat, whose own field is the second, the fields are from here. */
  private static final int FIRST_FIELD = 3;

  /**
   * Reads the table.
   *
   * @param proc where procfs is mounted
   * @param passwd names users as the host does
   * @param arguments those of ps, one word each; empty for {@code -ef}
   * @throws EngineException.InvalidParameter for arguments that are not understood
   */
  public static PsTable read(Path proc, Path passwd, List<Integer> pids, List<String> arguments) {
    List<PsColumn> columns = PsOptions.parse(arguments);
    Host host = Host.read(proc, passwd);
    List<List<String>> rows = new ArrayList<>();
    for (int pid : pids) {
      facts(proc, pid, host)
          .ifPresent(
              process -> rows.add(columns.stream().map(column -> column.of(process)).toList()));
    }
    return new PsTable(columns.stream().map(PsColumn::title).toList(), rows);
  }

  private record Host(
      Instant booted, ZonedDateTime now, long memoryKiB, Map<Integer, String> users) {

    static Host read(Path proc, Path passwd) {
      try {
        long booted =
            Files.readAllLines(proc.resolve("stat")).stream()
                .filter(line -> line.startsWith("btime "))
                .mapToLong(line -> Long.parseLong(line.substring("btime ".length()).strip()))
                .findFirst()
                .orElse(0);
        String memory = Files.readAllLines(proc.resolve("meminfo")).getFirst();
        Map<Integer, String> users = new HashMap<>();
        if (Files.exists(passwd)) {
          for (String line : Files.readAllLines(passwd, StandardCharsets.ISO_8859_1)) {
            String[] fields = line.split(":");
            if (fields.length > 2 && fields[2].matches("\\d{1,9}")) {
              users.putIfAbsent(Integer.valueOf(fields[2]), fields[0]);
            }
          }
        }
        return new Host(
            Instant.ofEpochSecond(booted),
            ZonedDateTime.now(),
            Long.parseLong(memory.replaceAll("\\D", "")),
            users);
      } catch (IOException e) {
        throw new EngineException.Internal("cannot read " + proc + ": " + e.getMessage(), e);
      }
    }

    String user(int uid) {
      return users.getOrDefault(uid, Integer.toString(uid));
    }
  }

  /** Empty if it has ended. */
  private static Optional<ProcessFacts> facts(Path proc, int pid, Host host) {
    Path directory = proc.resolve(Integer.toString(pid));
    try {
      String stat = text(directory.resolve("stat"));
      String commandLine = text(directory.resolve("cmdline")).replace('\0', ' ').strip();
      int uid = uid(Files.readAllLines(directory.resolve("status"), StandardCharsets.ISO_8859_1));
      String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ");
      return Optional.of(
          new ProcessFacts(
              pid,
              (int) field(fields, 4),
              (int) field(fields, 5),
              (int) field(fields, 6),
              uid,
              host.user(uid),
              name,
              commandLine.isEmpty() ? "[" + name + "]" : commandLine,
              fields[0].charAt(0),
              (int) field(fields, 7),
              (int) field(fields, 8),
              (int) field(fields, 19),
              (int) field(fields, 20),
              Duration.ofMillis((field(fields, 14) + field(fields, 15)) * MILLIS_PER_TICK),
              host.booted().plusMillis(field(fields, 22) * MILLIS_PER_TICK),
              host.now(),
              field(fields, 23) / KIB,
              resident(directory),
              host.memoryKiB(),
              (int) field(fields, 18),
              (int) field(fields, 39),
              (int) field(fields, 40),
              (int) field(fields, 41)));
    } catch (IOException e) {
      if (Files.exists(directory.resolve("stat"))) {
        throw new EngineException.Internal("cannot read " + directory + ": " + e.getMessage(), e);
      }
      return Optional.empty();
    }
  }

  /** From status, where it is in KiB; a kernel thread or zombie has none. */
  private static long resident(Path directory) throws IOException {
    for (String line :
        Files.readAllLines(directory.resolve("status"), StandardCharsets.ISO_8859_1)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return 0;
  }

  private static int uid(List<String> status) {
    for (String line : status) {
      if (line.startsWith("Uid:")) {
        return (int) Long.parseLong(line.strip().split("\\s+")[2]);
      }
    }
    return 0;
  }

  private static long field(String[] fields, int number) {
    return Long.parseLong(fields[number - FIRST_FIELD]);
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
