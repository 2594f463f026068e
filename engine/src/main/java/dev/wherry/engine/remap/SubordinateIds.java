package dev.wherry.engine.remap;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.IdMapping.Range;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code /etc/subuid} or {@code /etc/subgid} says: lines of a user's name or number, the first
 * id lent and how many, subuid(5).
 */
final class SubordinateIds {
  /** Where distributions begin, and what they lend to each user; as dockerd does. */
  private static final long FIRST = 100_000;

  private static final long COUNT = 65_536;

  private record Line(String user, long first, long count) {}

  private final String kind;
  private final List<Line> lines = new ArrayList<>();

  private SubordinateIds(String kind) {
    this.kind = kind;
  }

  /**
   * @param kind {@code subuid} or {@code subgid}, for messages
   * @throws EngineException.InvalidParameter if a line is not as it must be
   */
  static SubordinateIds parse(String kind, String text) {
    SubordinateIds ids = new SubordinateIds(kind);
    text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .forEach(ids::add);
    return ids;
  }

  private void add(String line) {
    String[] words = line.split(":", -1);
    try {
      if (words.length == 3) {
        lines.add(new Line(words[0], Long.parseLong(words[1]), Long.parseLong(words[2])));
        return;
      }
    } catch (NumberFormatException e) {
      throw new EngineException.InvalidParameter(unusable(line), e);
    }
    throw new EngineException.InvalidParameter(unusable(line));
  }

  private String unusable(String line) {
    return "Can't create ID mappings: cannot parse subuid/gid information: Format not correct for /etc/%s file: %s"
        .formatted(kind, line);
  }

  /**
   * A user's ranges in the order of the file, from a container's 0 on: those under its number if
   * there are any, else those under its name.
   *
   * @throws EngineException.InvalidParameter if it has none
   */
  List<Range> of(HostAccounts.User user) {
    List<Range> ranges = under(Long.toString(user.id()));
    if (ranges.isEmpty()) {
      ranges = under(user.name());
    }
    if (ranges.isEmpty()) {
      throw new EngineException.InvalidParameter(
          "Can't create ID mappings: no %s ranges found for user \"%s\""
              .formatted(kind, user.name()));
    }
    return IdMapping.inARow(ranges);
  }

  private List<Range> under(String key) {
    return lines.stream()
        .filter(line -> line.user().equals(key) && line.count() > 0)
        .map(line -> new Range(0, line.first(), line.count()))
        .toList();
  }

  /** Whether a user has any. */
  boolean has(String name) {
    return !under(name).isEmpty();
  }

  /** Ids that are lent to nobody yet, as many as a user gets. */
  Range free() {
    long first = FIRST;
    for (Line line : lines.stream().sorted((a, b) -> Long.compare(a.first, b.first)).toList()) {
      if (line.first() < first + COUNT && first < line.first() + line.count()) {
        first = line.first() + line.count();
      }
    }
    return new Range(0, first, COUNT);
  }
}
