package dev.wherry.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All processes an engine needs: its daemon, what that daemon started of its own kind, and the
 * supervisors of its containers, which are known by naming its directory of runtime files. The
 * containers' own processes do not count.
 */
final class EngineProcesses {

  private static final Set<String> KINDS =
      Set.of(
          "dockerd", "containerd", "containerd-shim", "docker-proxy", "conmon", "java", "podman");
  private static final Set<String> DAEMONS = Set.of("dockerd", "java", "podman");
  private static final Pattern EXEC_ROOT = Pattern.compile("--exec-root[= ]([^ ]+)");
  private static final Pattern RSS = Pattern.compile("(?m)^Rss:\\s+(\\d+) kB");

  private static final int REST_TRIES = 60;
  private static final int REST_READINGS = 6;
  private static final int REST_PAUSE_MILLIS = 500;
  private static final double REST_MEBIBYTES = 0.25;

  private EngineProcesses() {}

  /** Resident set sizes of all of them, added up, in MiB. */
  static double residentMebibytes(Engine engine) throws IOException {
    double kib = 0;
    for (long pid : of(engine)) {
      Path file = Path.of("/proc/" + pid + "/smaps_rollup");
      try {
        Matcher matcher = RSS.matcher(Files.readString(file));
        if (matcher.find()) {
          kib += Double.parseDouble(matcher.group(1));
        }
      } catch (IOException ended) {
        continue;
      }
    }
    return kib / 1024;
  }

  /**
   * Waits until an engine has come to rest: its memory has stayed the same for some seconds, for a
   * start is not over with the first answer.
   */
  static void awaitRest(Engine engine) throws Exception {
    double last = residentMebibytes(engine);
    int same = 0;
    for (int i = 0; i < REST_TRIES && same < REST_READINGS; i++) {
      TimeUnit.MILLISECONDS.sleep(REST_PAUSE_MILLIS);
      double now = residentMebibytes(engine);
      same = Math.abs(now - last) < REST_MEBIBYTES ? same + 1 : 0;
      last = now;
    }
  }

  private static Set<Long> of(Engine engine) throws IOException {
    long daemon = daemon(engine.socket());
    Set<Long> found = new HashSet<>();
    found.add(daemon);
    ProcessHandle.of(daemon).stream()
        .flatMap(ProcessHandle::descendants)
        .filter(child -> KINDS.contains(kind(child.pid())))
        .forEach(child -> found.add(child.pid()));
    Matcher root = EXEC_ROOT.matcher(commandLine(daemon));
    if (root.find()) {
      String directory = root.group(1);
      ProcessHandle.allProcesses()
          .map(ProcessHandle::pid)
          .filter(pid -> pid != ProcessHandle.current().pid())
          .filter(pid -> KINDS.contains(kind(pid)) && commandLine(pid).contains(directory))
          .forEach(found::add);
    }
    return found;
  }

  /** The daemon behind a socket: the process of a known kind whose command line names it. */
  static long daemon(Path socket) throws IOException {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> pid != ProcessHandle.current().pid())
        .filter(pid -> DAEMONS.contains(kind(pid)) && commandLine(pid).contains(socket.toString()))
        .findFirst()
        .orElseThrow(() -> new IOException("no daemon names " + socket + " on its command line"));
  }

  private static String kind(long pid) {
    String executable = commandLine(pid).split(" ", 2)[0];
    String name = executable.substring(executable.lastIndexOf('/') + 1);
    return name.startsWith("containerd-shim") ? "containerd-shim" : name;
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
          .replace('\0', ' ');
    } catch (IOException ended) {
      return "";
    }
  }
}
