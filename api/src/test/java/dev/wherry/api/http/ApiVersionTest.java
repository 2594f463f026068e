package dev.wherry.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiVersionTest {

  @ParameterizedTest
  @CsvSource({
    "1.41,1,41",
    "1.041,1,41",
    "1.41.0,1,41",
    "1,1,0",
    "1.,1,0",
    "2.0,2,0",
    "1.99999999999,1,999999999"
  })
  void digits_and_dots_are_read_as_dockerd_reads_them(String text, int major, int minor) {
    assertThat(ApiVersion.parse(text)).isEqualTo(new ApiVersion(major, minor));
  }

  @Test
  void versions_are_numbers_and_not_decimals() {
    assertThat(new ApiVersion(1, 9)).isLessThan(new ApiVersion(1, 10));
    assertThat(new ApiVersion(1, 44).atLeast(1, 44)).isTrue();
    assertThat(new ApiVersion(1, 43).atLeast(1, 44)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "/v1.41/containers/json,1.41,/containers/json",
    "/v1.41/images/json?all=1,1.41,/images/json?all=1",
    "/containers/json,,/containers/json",
    "/volumes,,/volumes",
    "/v1.x/version,,/v1.x/version",
    "/v1.41,,/v1.41",
    "/v/x,,/v/x"
  })
  void a_path_is_split_into_its_version_and_the_rest(String path, String version, String rest) {
    assertThat(VersionedPath.of(path)).isEqualTo(new VersionedPath(version, rest));
  }
}
