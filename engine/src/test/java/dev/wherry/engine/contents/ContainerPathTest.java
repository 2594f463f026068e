package dev.wherry.engine.contents;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerPathTest {
  @ParameterizedTest
  @CsvSource({
    "/etc/passwd, etc/passwd, false, passwd",
    "etc/passwd, etc/passwd, false, passwd",
    "/../etc/./passwd, etc/passwd, false, passwd",
    "/d/, d, true, d",
    "/d/., d, true, .",
    "/d/./, d, true, .",
    "/, '', true, /",
    "., '', true, .",
    "/d/.., '', true, /",
    "/a..b, a..b, false, a..b"
  })
  void a_path_is_read_as_dockerd_reads_it(
      String path, String inside, boolean followed, String name) {
    assertThat(ContainerPath.of(path)).isEqualTo(new ContainerPath(path, inside, followed, name));
  }
}
