package dev.wherry.engine.remap;

import java.util.Optional;

/** The host's users and groups, and the ids that are lent to them for others, subuid(5). */
interface HostAccounts {
  /** A user of the host. */
  record User(String name, long id) {}

  /** By name or number. */
  Optional<User> user(String key);

  /**
   * A group's name.
   *
   * @param key a name or number
   */
  Optional<String> group(String key);

  /** The text of {@code /etc/subuid}, empty if there is none. */
  String subordinateUsers();

  /** The text of {@code /etc/subgid}, empty if there is none. */
  String subordinateGroups();

  /**
   * Adds a user of the system, with a group of the same name.
   *
   * @throws dev.wherry.engine.error.EngineException.Unavailable with what the host's program said
   */
  void addUser(String name);

  /**
   * Lends ids to a user.
   *
   * @param first of them
   * @param last of them
   * @param ofGroups whether they are ids of groups
   * @throws dev.wherry.engine.error.EngineException.Unavailable with what the host's program said
   */
  void lend(String name, long first, long last, boolean ofGroups);
}
