package dev.wherry.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandardHeadersTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "784111777|Sun, 06 Nov 1994 08:49:37 GMT",
        "0|Thu, 01 Jan 1970 00:00:00 GMT",
        "1767225599|Wed, 31 Dec 2025 23:59:59 GMT",
      })
  void a_date_is_written_as_http_writes_it(long second, String text) {
    assertThat(StandardHeaders.date(second)).isEqualTo(text);
  }
}
