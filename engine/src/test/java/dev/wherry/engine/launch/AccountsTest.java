package dev.wherry.engine.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.Accounts.Identity;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccountsTest {
  private final Accounts accounts =
      Accounts.parse(
          """
          root:x:0:0:root:/root:/bin/sh
          # a comment
          broken:x
          daemon:x:1:1::/usr/sbin:/bin/false
          www:x:33:34:www:/var/www:/bin/false
          42:x:7:8::/:/bin/false
          huge:x:4294967296:1::/:/bin/false
          """,
          """
          root:x:0:root
          wheel:x:10:root,www
          users:x:100:
          www-data:x:34:www
          """);

  @Test
  void nobody_named_is_root_with_roots_groups() {
    assertThat(accounts.resolve("", List.of())).isEqualTo(new Identity(0, 0, List.of(0, 10)));
  }

  @Test
  void a_user_by_name_brings_its_groups_and_its_primary_one_first() {
    assertThat(accounts.resolve("www", List.of())).isEqualTo(new Identity(33, 34, List.of(34, 10)));
  }

  @Test
  void an_explicit_group_replaces_the_users_own() {
    assertThat(accounts.resolve("www:users", List.of()))
        .isEqualTo(new Identity(33, 100, List.of(100)));
  }

  @Test
  void a_number_nobody_has_runs_with_group_zero() {
    assertThat(accounts.resolve("12345", List.of())).isEqualTo(new Identity(12345, 0, List.of(0)));
    assertThat(accounts.resolve("12345:6789", List.of()))
        .isEqualTo(new Identity(12345, 6789, List.of(6789)));
  }

  @Test
  void a_name_made_of_digits_is_a_name_first() {
    assertThat(accounts.resolve("42", List.of())).isEqualTo(new Identity(7, 8, List.of(8)));
  }

  @Test
  void added_groups_come_by_name_or_number() {
    assertThat(accounts.resolve("daemon", List.of("users", "44", "users")))
        .isEqualTo(new Identity(1, 1, List.of(1, 100, 44)));
  }

  @Test
  void unknown_names_are_named() {
    assertThatThrownBy(() -> accounts.resolve("nosuchuser", List.of()))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("unable to find user nosuchuser: no matching entries in passwd file");
    assertThatThrownBy(() -> accounts.resolve("root:nosuch", List.of()))
        .hasMessage("unable to find group nosuch: no matching entries in group file");
    assertThatThrownBy(() -> accounts.resolve("root", List.of("nosuch")))
        .hasMessageStartingWith("Unable to find group nosuch");
  }

  @Test
  void ids_that_the_kernel_would_wrap_are_refused() {
    for (String user : List.of("-1", "4294967295", "huge")) {
      assertThatThrownBy(() -> accounts.resolve(user, List.of()))
          .hasMessage("uids and gids must be in range 0-2147483647");
    }
  }

  @Test
  void an_image_without_files_still_has_a_root() {
    assertThat(Accounts.EMPTY.resolve("", List.of())).isEqualTo(new Identity(0, 0, List.of(0)));
  }
}
