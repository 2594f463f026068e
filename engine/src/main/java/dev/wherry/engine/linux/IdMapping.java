package dev.wherry.engine.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Which users and groups of the host those of containers are, user_namespaces(7). It is one for the
 * whole engine: files of images, containers and volumes are owned on disk by the host's ids, while
 * archives, digests and all that is told to clients have the containers' own.
 *
 * @param users ranges of user ids, the first of which begins at a container's 0; empty if all are
 *     the same here and there
 * @param groups the same of group ids; empty if and only if the others are
 */
public record IdMapping(List<Range> users, List<Range> groups) {
  /** Every id is the same in containers as on the host. */
  public static final IdMapping IDENTITY = new IdMapping(List.of(), List.of());

  private static final int SEARCHABLE = 0710;

  /**
   * Ids in a row.
   *
   * @param inside the first of them in a container
   * @param outside the first of them on the host
   * @param count how many
   */
  public record Range(long inside, long outside, long count) {}

  /** Keeps its own copies. */
  public IdMapping {
    users = List.copyOf(users);
    groups = List.copyOf(groups);
    if (users.isEmpty() != groups.isEmpty()) {
      throw new IllegalArgumentException("a mapping of users or of groups alone");
    }
  }

  /** Ranges of the host's ids one after the other, from a container's 0 on. */
  public static List<Range> inARow(List<Range> host) {
    List<Range> ranges = new ArrayList<>();
    long inside = 0;
    for (Range range : host) {
      ranges.add(new Range(inside, range.outside(), range.count()));
      inside += range.count();
    }
    return ranges;
  }

  public boolean isIdentity() {
    return users.isEmpty();
  }

  /** The host's id of a container's user, empty if there is none. */
  public OptionalLong userOnHost(long inside) {
    return onHost(users, inside);
  }

  /** The host's id of a container's group, empty if there is none. */
  public OptionalLong groupOnHost(long inside) {
    return onHost(groups, inside);
  }

  /** The id in containers of a user of the host, empty if they do not know that one. */
  public OptionalLong userInside(long onHost) {
    return inside(users, onHost);
  }

  /** The id in containers of a group of the host, empty if they do not know that one. */
  public OptionalLong groupInside(long onHost) {
    return inside(groups, onHost);
  }

  private static OptionalLong onHost(List<Range> ranges, long inside) {
    if (ranges.isEmpty()) {
      return OptionalLong.of(inside);
    }
    for (Range range : ranges) {
      if (inside >= range.inside() && inside - range.inside() < range.count()) {
        return OptionalLong.of(range.outside() + (inside - range.inside()));
      }
    }
    return OptionalLong.empty();
  }

  private static OptionalLong inside(List<Range> ranges, long onHost) {
    if (ranges.isEmpty()) {
      return OptionalLong.of(onHost);
    }
    for (Range range : ranges) {
      if (onHost >= range.outside() && onHost - range.outside() < range.count()) {
        return OptionalLong.of(range.inside() + (onHost - range.outside()));
      }
    }
    return OptionalLong.empty();
  }

  /** The host's id of the containers' root user. */
  public int rootUser() {
    return users.isEmpty() ? 0 : (int) users.getFirst().outside();
  }

  /** The host's id of the containers' root group. */
  public int rootGroup() {
    return groups.isEmpty() ? 0 : (int) groups.getFirst().outside();
  }

  /** Gives what was just made for containers to their root. */
  public void own(Paths paths, Path path) {
    if (!isIdentity()) {
      paths.chown(path, rootUser(), rootGroup());
    }
  }

  /** As {@link #own(Paths, Path)}. */
  public void own(DirFd directory, String name) {
    if (!isIdentity()) {
      directory.chown(name, rootUser(), rootGroup());
    }
  }

  /**
   * Lets the containers' root, and nobody else, pass through a directory of the engine's on the way
   * to what belongs to a container. Without a mapping it is the host's root, who may anyway.
   */
  public void letThrough(Paths paths, Path directory) {
    if (!isIdentity()) {
      paths.chown(directory, 0, rootGroup());
      paths.chmod(directory, SEARCHABLE);
    }
  }

  /** The options that give a file system made by mount(2) to the containers' root. */
  public String mountOptions() {
    return isIdentity() ? "" : ",uid=%d,gid=%d".formatted(rootUser(), rootGroup());
  }

  /** Ranges as {@code /proc/PID/uid_map} takes them. */
  static String text(List<Range> ranges) {
    return ranges.stream()
        .map(range -> range.inside() + " " + range.outside() + " " + range.count() + "\n")
        .collect(Collectors.joining());
  }
}
