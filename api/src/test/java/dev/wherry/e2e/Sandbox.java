package dev.wherry.e2e;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A network namespace, directories and a cgroup for one daemon, and the eye on what it leaves
 * there.
 *
 * @param namespace the namespace's name
 * @param link the host's end of its veth pair
 * @param hostAddress the address of that end
 * @param address the address of the other end, {@code eth0}
 * @param root data root, exec root, sockets and logs
 * @param initialLinks the namespace's links before the daemon came
 */
record Sandbox(
    String namespace,
    String link,
    String hostAddress,
    String address,
    Path root,
    List<String> initialLinks) {
  private static final String DEFAULT_BRIDGE = "wherry0";
  private static final String DISK = "wherry-e2e-disk";
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  /** Makes one. There is no default route in it, so that name lookups fail at once. */
  static Sandbox make() {
    int number = COUNT.incrementAndGet();
    long pid = ProcessHandle.current().pid();
    String namespace = "wherry-e2e-" + pid + "-" + number;
    String link = "we" + pid % 1_000_000 + "-" + number;
    String net = "169.254." + (1 + (pid + number) % 250) + ".";
    long base = (pid / 250 + number) % 63 * 4;
    Path root;
    try {
      root = Files.createTempDirectory(Path.of("/var/lib"), "wherry-e2e");
      // As /var/lib itself: the root of a container's user namespace may have to pass.
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String near = net + (base + 1);
    String far = net + (base + 2);
    ip("netns", "add", namespace);
    ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", namespace);
    ip("address", "add", near + "/30", "dev", link);
    ip("link", "set", link, "up");
    ip("-n", namespace, "address", "add", far + "/30", "dev", "eth0");
    ip("-n", namespace, "link", "set", "lo", "up");
    ip("-n", namespace, "link", "set", "eth0", "up");
    return new Sandbox(namespace, link, near, far, root, linksIn(namespace));
  }

  private static void ip(String... args) {
    List<String> line = new ArrayList<>(List.of("ip"));
    line.addAll(List.of(args));
    DockerCli.host(line.toArray(String[]::new)).text();
  }

  /** The cgroup parent to give to the daemon, so that what stays under it is seen. */
  String cgroupParent() {
    return "/" + namespace;
  }

  /**
   * What a reboot takes away while no daemon runs: all processes, mounts, control groups, links and
   * what is in the exec root.
   */
  void loseWhatARebootTakes() {
    for (String line : processes()) {
      ProcessHandle.of(Long.parseLong(line.split(" ")[1]))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
    for (String group : cgroups()) {
      thaw(Path.of(group.substring("cgroup ".length())));
      for (String pid : pidsIn(Path.of(group.substring("cgroup ".length())))) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
    await().until(() -> processes().isEmpty());
    for (String mount : mounts().stream().sorted(Comparator.reverseOrder()).toList()) {
      DockerCli.host("umount", "-l", mount.substring("mount ".length()));
    }
    await()
        .until(
            () -> {
              cgroups().forEach(g -> new File(g.substring("cgroup ".length())).delete());
              return cgroups().isEmpty();
            });
    ip("-n", namespace, "link", "delete", DEFAULT_BRIDGE);
    deleteTree(root.resolve("exec"));
  }

  /** What is frozen does not die. */
  private static void thaw(Path group) {
    for (List<String> ways :
        List.of(List.of("freezer.state", "THAWED"), List.of("cgroup.freeze", "0"))) {
      Path file = group.resolve(ways.getFirst());
      if (Files.exists(file)) {
        try {
          Files.writeString(file, ways.getLast());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private static List<String> pidsIn(Path group) {
    try {
      return Files.readAllLines(group.resolve("cgroup.procs"));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Mounts a file system of its own, so large, at a directory below the root. */
  void mountDisk(String directory, String size) {
    Path point = root.resolve(directory);
    if (!point.toFile().mkdir()) {
      throw new AssertionError("cannot make " + point);
    }
    DockerCli.host("mount", "-t", "tmpfs", "-o", "size=" + size, DISK, point.toString()).text();
  }

  /** Takes everything down and reports what the daemon had left behind, one thing a line. */
  List<String> dismantle() {
    List<String> left = new ArrayList<>();
    settle();
    left.addAll(processes());
    left.addAll(mounts());
    left.addAll(cgroups());
    left.addAll(links());
    Stream.concat(mounts().stream().sorted(Comparator.reverseOrder()), mounts(true).stream())
        .forEach(mount -> DockerCli.host("umount", "-l", mount.substring("mount ".length())));
    ip("link", "delete", link);
    ip("netns", "delete", namespace);
    cgroupRoots().forEach(directory -> directory.toFile().delete());
    deleteTree(root);
    return left;
  }

  /** The kernel takes links and cgroups away a moment after their last user is gone. */
  private void settle() {
    try {
      await()
          .atMost(Duration.ofSeconds(5))
          .until(
              () ->
                  processes().isEmpty()
                      && mounts().isEmpty()
                      && cgroups().isEmpty()
                      && links().isEmpty());
    } catch (org.awaitility.core.ConditionTimeoutException e) {
      System.err.println("the sandbox does not empty itself: " + e.getMessage());
    }
  }

  private List<String> processes() {
    return ProcessHandle.allProcesses()
        .filter(process -> !process.equals(ProcessHandle.current()))
        .map(process -> process.pid() + " " + commandLine(process.pid()))
        .filter(line -> line.contains(root + "/"))
        .map(line -> "process " + line)
        .toList();
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
    } catch (IOException gone) {
      return "";
    }
  }

  private List<String> mounts() {
    return mounts(false);
  }

  /** What the daemon has mounted, or the disks it was given. */
  private List<String> mounts(boolean disks) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return lines
          .filter(line -> line.contains(" " + DISK + " ") == disks)
          .map(line -> line.split(" ")[4])
          .filter(point -> point.startsWith(root + "/"))
          .map(point -> "mount " + point)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Path> cgroupRoots() {
    try (Stream<Path> hierarchies = Files.list(CGROUPS)) {
      return Stream.concat(Stream.of(CGROUPS), hierarchies)
          .map(hierarchy -> hierarchy.resolve(namespace))
          .filter(Files::isDirectory)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> cgroups() {
    List<String> left = new ArrayList<>();
    for (Path parent : cgroupRoots()) {
      try (Stream<Path> children = Files.list(parent)) {
        children.filter(Files::isDirectory).forEach(directory -> left.add("cgroup " + directory));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return left;
  }

  /** Links beyond those of the beginning and the default bridge, which stays for the next start. */
  private List<String> links() {
    return linksIn(namespace).stream()
        .filter(name -> !initialLinks.contains(name) && !name.equals(DEFAULT_BRIDGE))
        .map(name -> "link " + name)
        .toList();
  }

  private static List<String> linksIn(String namespace) {
    return DockerCli.host("ip", "-n", namespace, "-br", "link")
        .text()
        .lines()
        .map(line -> line.split("[ @]")[0])
        .toList();
  }

  static void deleteTree(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
