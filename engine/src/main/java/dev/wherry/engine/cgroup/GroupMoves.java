package dev.wherry.engine.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shortens the move of a process into a group. Since Linux 6.0 the kernel waits for an RCU grace
 * period in each move, 8 to 20 ms on an idle host, unless another move was made within the last one
 * (kernel/cgroup/cgroup.c, {@code cgroup_threadgroup_rwsem}). A move that changes nothing, made
 * when a start is being prepared, lets that wait pass beside the preparation.
 */
public final class GroupMoves {
  private static final Logger LOG = LoggerFactory.getLogger(GroupMoves.class);
  private static final Path OWN = Path.of("/proc/self/cgroup");

  private final Path root;
  private final int version;
  private final AtomicBoolean busy = new AtomicBoolean();

  GroupMoves(Path root, int version) {
    this.root = root;
    this.version = version;
  }

  /**
   * Moves this process to where it is. Blocks for as long as the kernel waits; does nothing if
   * another thread is at it. A failure changes nothing but time, so it is only logged.
   */
  public void anticipate() {
    if (!busy.compareAndSet(false, true)) {
      return;
    }
    try {
      Optional<Path> members = members(Files.readAllLines(OWN));
      if (members.isPresent()) {
        // The number 0 stands for the writing process (cgroup-v1 and -v2 of the kernel docs).
        Files.writeString(members.get(), "0");
      }
    } catch (IOException e) {
      LOG.debug("no move could be anticipated", e);
    } finally {
      busy.set(false);
    }
  }

  /**
   * Where this process's group lists its members.
   *
   * @param lines of {@code /proc/self/cgroup}: {@code ID:CONTROLLERS:PATH}
   */
  Optional<Path> members(List<String> lines) {
    for (String line : lines) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && parts[1].equals(version == 2 ? "" : "pids")) {
        Path hierarchy = version == 2 ? root : root.resolve("pids");
        return Optional.of(hierarchy.resolve(parts[2].substring(1)).resolve("cgroup.procs"));
      }
    }
    return Optional.empty();
  }
}
