package dev.wherry.engine.remap;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.IdMapping.Range;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the ids that {@code userns-remap} asks for: those lent to a user of the host, for users by
 * {@code /etc/subuid} and for groups by {@code /etc/subgid}. The setting may name a group too,
 * which has to be there and means nothing more, as in dockerd.
 */
public final class RemappedRoot {
  private static final Logger LOG = LoggerFactory.getLogger(RemappedRoot.class);

  /** The word for a user that is made where it is missing, and that user's name. */
  private static final String DEFAULT = "default";

  private static final String DEFAULT_USER = "dockremap";

  private static final String ROOT = "root";

  private final HostAccounts accounts;

  RemappedRoot(HostAccounts accounts) {
    this.accounts = accounts;
  }

  /** As this host has them. */
  public static RemappedRoot ofHost() {
    return new RemappedRoot(new SystemAccounts());
  }

  /**
   * The mapping for a setting.
   *
   * @param setting {@code default}, or a user's name or number, and a group's behind a colon
   * @throws EngineException.InvalidParameter in dockerd's words, if the host knows them not or has
   *     lent them no ids
   * @throws EngineException.Unavailable if the user for {@code default} cannot be made
   */
  public IdMapping mapping(String setting) {
    String[] words = setting.split(":", -1);
    if (words.length > 2) {
      throw invalid("Invalid user/group specification in --userns-remap: \"" + setting + "\"");
    }
    HostAccounts.User user = user(words[0]);
    if (words.length == 2) {
      checkGroup(words[1], "groupname");
    } else if (!words[0].equals(DEFAULT)) {
      checkGroup(words[0], "gid");
    }
    if (user.name().equals(ROOT)) {
      LOG.warn("User namespaces: root cannot be remapped with itself; user namespaces are OFF");
      return IdMapping.IDENTITY;
    }
    LOG.info(
        "User namespaces: ID ranges will be mapped to subuid/subgid ranges of: {}", user.name());
    return new IdMapping(users().of(user), groups().of(user));
  }

  private SubordinateIds users() {
    return SubordinateIds.parse("subuid", accounts.subordinateUsers());
  }

  private SubordinateIds groups() {
    return SubordinateIds.parse("subgid", accounts.subordinateGroups());
  }

  private HostAccounts.User user(String word) {
    if (word.equals(DEFAULT)) {
      return accounts.user(DEFAULT_USER).orElseGet(this::makeDefault);
    }
    return accounts
        .user(word)
        .orElseThrow(
            () ->
                invalid(
                    isNumber(word)
                        ? "Uid %s has no entry in /etc/passwd: %s"
                            .formatted(word, notFound(word, "passwd"))
                        : "Error during uid lookup for \"%s\": %s"
                            .formatted(word, notFound(word, "passwd"))));
  }

  private void checkGroup(String word, String what) {
    if (accounts.group(word).isEmpty()) {
      throw invalid(
          isNumber(word)
              ? "Gid %s has no entry in /etc/group: %s".formatted(word, notFound(word, "group"))
              : "Error during %s lookup for \"%s\": %s"
                  .formatted(what, word, notFound(word, "group")));
    }
  }

  private static String notFound(String word, String database) {
    return "getent unable to find entry \"%s\" in %s database".formatted(word, database);
  }

  /** Whether it is one as dockerd reads them, of 32 bits. */
  private static boolean isNumber(String word) {
    try {
      return Integer.parseInt(word) >= 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private HostAccounts.User makeDefault() {
    try {
      accounts.addUser(DEFAULT_USER);
      lend(this::users, false);
      lend(this::groups, true);
    } catch (EngineException.Unavailable e) {
      throw new EngineException.Unavailable(
          "Error during \"%s\" user creation: %s".formatted(DEFAULT_USER, e.getMessage()));
    }
    Optional<HostAccounts.User> made = accounts.user(DEFAULT_USER);
    return made.orElseThrow(
        () ->
            new EngineException.Unavailable(
                "Error during \"%s\" user creation: it is not there".formatted(DEFAULT_USER)));
  }

  /** Programs that add users may have lent them ids already. */
  private void lend(Supplier<SubordinateIds> ids, boolean ofGroups) {
    SubordinateIds present = ids.get();
    if (!present.has(DEFAULT_USER)) {
      Range free = present.free();
      accounts.lend(DEFAULT_USER, free.outside(), free.outside() + free.count() - 1, ofGroups);
    }
  }

  private static EngineException invalid(String message) {
    return new EngineException.InvalidParameter(message);
  }
}
