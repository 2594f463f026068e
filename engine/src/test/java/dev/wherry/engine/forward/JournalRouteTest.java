package dev.wherry.engine.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JournalRouteTest {

  @ParameterizedTest
  @CsvSource({
    "role, ROLE",
    "com.example/tier-2, COM_EXAMPLE_TIER_2",
    "__private, PRIVATE",
    "9lives, 9LIVES",
    "été, T_",
    "__, ''"
  })
  void labels_become_names_that_fields_may_have(String label, String field) {
    assertThat(JournalRoute.fieldName(label)).isEqualTo(field);
  }
}
