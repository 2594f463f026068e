package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The users and groups of an image (passwd(5), group(5)) and the rules by which a container's
 * {@code user[:group]} is looked up in them. Malformed lines are passed over, as getpwent(3) does.
 */
public final class Accounts {
  /** An image without /etc/passwd and /etc/group. */
  public static final Accounts EMPTY = parse("", "");

  private static final long MAX_ID = Integer.MAX_VALUE;

  private final List<User> users;
  private final List<Group> groups;

  private Accounts(List<User> users, List<Group> groups) {
    this.users = users;
    this.groups = groups;
  }

  /** Reads the text of /etc/passwd and /etc/group. */
  public static Accounts parse(String passwd, String group) {
    List<User> users = new ArrayList<>();
    for (String line : passwd.lines().toList()) {
      String[] fields = line.strip().split(":", -1);
      if (fields.length >= 4 && number(fields[2]).isPresent() && number(fields[3]).isPresent()) {
        String home = fields.length > 5 ? fields[5] : "";
        users.add(
            new User(
                fields[0],
                number(fields[2]).getAsLong(),
                number(fields[3]).getAsLong(),
                home.isEmpty() ? "/" : home));
      }
    }
    List<Group> groups = new ArrayList<>();
    for (String line : group.lines().toList()) {
      String[] fields = line.strip().split(":", -1);
      if (fields.length >= 3 && number(fields[2]).isPresent()) {
        List<String> members = fields.length > 3 ? List.of(fields[3].split(",")) : List.of();
        groups.add(new Group(fields[0], number(fields[2]).getAsLong(), members));
      }
    }
    return new Accounts(List.copyOf(users), List.copyOf(groups));
  }

  /**
   * The ids a process runs with.
   *
   * @param spec {@code user}, {@code user:group}, each a name or a number; empty for root
   * @param additional names or numbers of further groups
   * @throws EngineException.InvalidParameter if a name is not there or a number out of range
   */
  public Identity resolve(String spec, List<String> additional) {
    int colon = spec.indexOf(':');
    String userPart = colon < 0 ? spec : spec.substring(0, colon);
    String groupPart = colon < 0 ? "" : spec.substring(colon + 1);

    User user = user(userPart);
    long gid = user.gid();
    List<Integer> supplementary = new ArrayList<>();
    if (!groupPart.isEmpty()) {
      gid = group(groupPart, "unable to find group " + groupPart);
    } else if (!user.name().isEmpty()) {
      for (Group group : groups) {
        if (group.members().contains(user.name())) {
          supplementary.add((int) group.gid());
        }
      }
    }
    List<Integer> all = new ArrayList<>();
    // The primary group first: setgroups(2) replaces the list, and a file's negative group
    // permissions must also hold for it.
    all.add((int) gid);
    supplementary.stream().filter(g -> !all.contains(g)).forEach(all::add);
    for (String name : additional) {
      int extra = (int) group(name, "Unable to find group " + name);
      if (!all.contains(extra)) {
        all.add(extra);
      }
    }
    return new Identity((int) user.uid(), (int) gid, List.copyOf(all));
  }

  private User user(String part) {
    OptionalLong asNumber = number(part);
    Predicate<User> wanted =
        part.isEmpty()
            ? u -> u.uid() == 0
            : u ->
                u.name().equals(part) || (asNumber.isPresent() && asNumber.getAsLong() == u.uid());
    User found = users.stream().filter(wanted).findFirst().orElse(null);
    if (found != null) {
      inRange(found.uid());
      inRange(found.gid());
      return found;
    }
    if (part.isEmpty()) {
      return new User("", 0, 0, "/");
    }
    if (asNumber.isEmpty()) {
      throw new EngineException.InvalidParameter(
          "unable to find user " + part + ": no matching entries in passwd file");
    }
    return new User("", inRange(asNumber.getAsLong()), 0, "/");
  }

  private long group(String part, String failure) {
    OptionalLong asNumber = number(part);
    for (Group group : groups) {
      if (group.name().equals(part)
          || (asNumber.isPresent() && asNumber.getAsLong() == group.gid())) {
        return inRange(group.gid());
      }
    }
    if (asNumber.isEmpty()) {
      throw new EngineException.InvalidParameter(failure + ": no matching entries in group file");
    }
    return inRange(asNumber.getAsLong());
  }

  private static long inRange(long id) {
    if (id < 0 || id > MAX_ID) {
      throw new EngineException.InvalidParameter("uids and gids must be in range 0-" + MAX_ID);
    }
    return id;
  }

  private static OptionalLong number(@Nullable String text) {
    if (text == null || text.isEmpty() || text.length() > 18) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * What a process runs as.
   *
   * @param groups the primary group and the supplementary ones (OCI {@code additionalGids})
   */
  public record Identity(int uid, int gid, List<Integer> groups) {}

  private record User(String name, long uid, long gid, String home) {}

  private record Group(String name, long gid, List<String> members) {}
}
