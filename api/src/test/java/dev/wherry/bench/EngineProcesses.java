package dev.wherry.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * All processes an engine needs: its daemon, what that daemon started of its own kind, and the
 * supervisors of its containers, which are known by naming its directory of runtime files. The
 * containers' own processes do not count.
 */
final class EngineProcesses {

  private static final Set<String> KINDS =
      Set.of(
          "dockerd", "containerd", "containerd-shim", "docker-proxy", "conmon", "java", "podman");
  private static final Pattern EXEC_ROOT = Pattern.compile("--exec-root[= ]([^ ]+)");
  private static final Pattern PSS = Pattern.compile("(?m)^Pss:\\s+(\\d+) kB");

  private EngineProcesses() {}

  /** Proportional set size of all of them together, in MiB: pages that are shared count once. */
  static double residentMebibytes(Engine engine) throws IOException {
    double kib = 0;
    for (long pid : of(engine)) {
      Path file = Path.of("/proc/" + pid + "/smaps_rollup");
      try {
        Matcher matcher = PSS.matcher(Files.readString(file));
        if (matcher.find()) {
          kib += Double.parseDouble(matcher.group(1));
        }
      } catch (IOException ended) {
        continue;
      }
    }
    return kib / 1024;
  }

  private static Set<Long> of(Engine engine) throws IOException {
    long daemon = listener(engine.socket());
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
          .filter(pid -> KINDS.contains(kind(pid)) && commandLine(pid).contains(directory))
          .forEach(found::add);
    }
    return found;
  }

  /** The process that listens on a unix socket: the one holding the inode /proc/net/unix names. */
  private static long listener(Path socket) throws IOException {
    List<ProcessHandle> candidates = new ArrayList<>();
    ProcessHandle.allProcesses()
        .filter(p -> Set.of("dockerd", "java", "podman").contains(kind(p.pid())))
        .forEach(candidates::add);
    for (ProcessHandle candidate : candidates) {
      Optional<String> inode = inode(candidate.pid(), socket);
      if (inode.isPresent() && holds(candidate.pid(), "socket:[" + inode.get() + "]")) {
        return candidate.pid();
      }
    }
    throw new IOException("no process listens on " + socket);
  }

  private static Optional<String> inode(long pid, Path socket) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/net/unix"))) {
      return lines
          .map(line -> line.strip().split(" +"))
          .filter(f -> f.length >= 8 && f[7].equals(socket.toString()))
          .map(f -> f[6])
          .findFirst();
    }
  }

  private static boolean holds(long pid, String link) throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return descriptors.anyMatch(
          fd -> {
            try {
              return Files.readSymbolicLink(fd).toString().equals(link);
            } catch (IOException closedMeanwhile) {
              return false;
            }
          });
    }
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
