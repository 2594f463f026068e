package dev.wherry.engine.remap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.IdMapping.Range;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemappedRootTest {
  private final Accounts accounts = new Accounts();

  /** A host with a few users, some of whom are lent ids. */
  private static final class Accounts implements HostAccounts {
    final Map<String, Long> users = new TreeMap<>(Map.of("root", 0L, "boat", 7L, "poor", 8L));
    final Map<String, Long> groups = new TreeMap<>(Map.of("root", 0L, "boat", 7L, "poor", 8L));
    String subuid = "# lent\n\nboat:300000:2000\nother:1:2\nboat:200000:500\n";
    String subgid = "boat:500000:65536\n";

    @Override
    public Optional<User> user(String key) {
      return users.entrySet().stream()
          .filter(user -> user.getKey().equals(key) || user.getValue().toString().equals(key))
          .map(user -> new User(user.getKey(), user.getValue()))
          .findFirst();
    }

    @Override
    public Optional<String> group(String key) {
      return groups.entrySet().stream()
          .filter(group -> group.getKey().equals(key) || group.getValue().toString().equals(key))
          .map(Map.Entry::getKey)
          .findFirst();
    }

    @Override
    public String subordinateUsers() {
      return subuid;
    }

    @Override
    public String subordinateGroups() {
      return subgid;
    }

    @Override
    public void addUser(String name) {
      users.put(name, 99L);
      groups.put(name, 99L);
    }

    @Override
    public void lend(String name, long first, long last, boolean ofGroups) {
      String line = "%s:%d:%d\n".formatted(name, first, last - first + 1);
      if (ofGroups) {
        subgid += line;
      } else {
        subuid += line;
      }
    }
  }

  private IdMapping mapping(String setting) {
    return new RemappedRoot(accounts).mapping(setting);
  }

  @ParameterizedTest
  @CsvSource({"boat", "7", "boat:root", "7:0"})
  void all_ranges_of_the_user_are_taken_in_the_order_of_the_file(String setting) {
    IdMapping ids = mapping(setting);
    assertThat(ids.users())
        .containsExactly(new Range(0, 300_000, 2000), new Range(2000, 200_000, 500));
    assertThat(ids.groups()).containsExactly(new Range(0, 500_000, 65_536));
  }

  @Test
  void ranges_under_the_users_number_come_before_those_under_its_name() {
    accounts.subuid += "7:400000:10\n";
    assertThat(mapping("boat").users()).containsExactly(new Range(0, 400_000, 10));
  }

  @Test
  void the_default_user_is_made_and_lent_ids_that_nobody_has() {
    accounts.subuid = "boat:100000:65536\n";
    assertThat(mapping("default").users()).containsExactly(new Range(0, 165_536, 65_536));
    assertThat(accounts.subgid).contains("dockremap:100000:65536");
    String subuid = accounts.subuid;
    assertThat(mapping("default").users()).containsExactly(new Range(0, 165_536, 65_536));
    assertThat(accounts.subuid).as("it is made once").isEqualTo(subuid);
  }

  @Test
  void root_is_not_remapped() {
    assertThat(mapping("root").isIdentity()).isTrue();
    assertThat(mapping("0").isIdentity()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "nosuch      | Error during uid lookup for \"nosuch\": getent unable to find entry"
            + " \"nosuch\" in passwd database",
        "99999       | Uid 99999 has no entry in /etc/passwd: getent unable to find entry"
            + " \"99999\" in passwd database",
        "4294967295  | Error during uid lookup for \"4294967295\": getent unable to find entry"
            + " \"4294967295\" in passwd database",
        "boat:nosuch | Error during groupname lookup for \"nosuch\": getent unable to find entry"
            + " \"nosuch\" in group database",
        "boat:77     | Gid 77 has no entry in /etc/group: getent unable to find entry \"77\" in"
            + " group database",
        "a:b:c       | Invalid user/group specification in --userns-remap: \"a:b:c\"",
        "poor        | Can't create ID mappings: no subuid ranges found for user \"poor\"",
      })
  void what_the_host_does_not_know_is_told_in_dockerds_words(String setting, String message) {
    assertThatThrownBy(() -> mapping(setting))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage(message);
  }

  @Test
  void lines_that_are_none_are_told() {
    for (String line : List.of("boat:1", "boat:x:2", "boat:1:2:3")) {
      accounts.subuid = line;
      assertThatThrownBy(() -> mapping("boat"))
          .hasMessageStartingWith("Can't create ID mappings: cannot parse subuid/gid information")
          .hasMessageEndingWith(line);
    }
  }
}
