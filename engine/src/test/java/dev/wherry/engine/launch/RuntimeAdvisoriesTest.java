package dev.wherry.engine.launch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuntimeAdvisoriesTest {
  @ParameterizedTest
  @CsvSource({
    "runc version 1.1.5+ds1, 2",
    "runc version 1.1.12, 1",
    "runc version 1.2.8, 0",
    "runc version 1.3.2, 1",
    "runc version 1.3.3, 0",
    "runc version 1.5.0, 0",
    "crun version 1.8.1, 1",
    "crun version 1.20, 0",
    "kata-runtime 3.0, 0",
    "'', 0",
  })
  void versions_that_are_known_to_let_containers_out_are_warned_of(String line, int warnings) {
    assertThat(RuntimeAdvisories.warnings(line)).hasSize(warnings);
  }

  @ParameterizedTest
  @CsvSource({"runc version 1.1.5+ds1, CVE-2024-21626, runc 1.1.5 is older than 1.1.12"})
  void a_warning_names_the_fault_and_what_mends_it(String line, String name, String text) {
    assertThat(RuntimeAdvisories.warnings(line).getFirst()).contains(name, text);
  }
}
