package dev.wherry.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSyntaxTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{bad json|invalid character 'b' looking for beginning of object key string",
        "notjson|invalid character 'o' in literal null (expecting 'u')",
        "zz|invalid character 'z' looking for beginning of value",
        "{\"a\" 1}|invalid character '1' after object key",
        "{\"a\":1 \"b\"}|invalid character '\"' after object key:value pair",
        "[1 2]|invalid character '2' after array element",
        "[1,]|invalid character ']' looking for beginning of value",
        "{\"a\":1,}|invalid character '}' looking for beginning of object key string",
        "\"\\x\"|invalid character 'x' in string escape code",
        "\"\\u12g4\"|invalid character 'g' in \\u hexadecimal character escape",
        "-x|invalid character 'x' in numeric literal",
        "1.x|invalid character 'x' after decimal point in numeric literal",
        "1ex|invalid character 'x' in exponent of numeric literal",
        "{'a':1}|invalid character '\\'' looking for beginning of object key string",
        "{\"Image\":\"busybox\"|unexpected EOF",
        "\"abc|unexpected EOF",
      })
  void a_fault_is_told_as_go_tells_it(String text, String fault) {
    assertThat(JsonSyntax.fault(text, 100)).isEqualTo(fault);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "\n\t"})
  void nothing_at_all_is_an_end_of_file(String text) {
    assertThat(JsonSyntax.fault(text, 100)).isEqualTo("EOF");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "true",
        "-1.5e+3",
        "{\"a\":[1,{\"b\":\"\\u00fc\\n\"}]} trailing",
        "0"
      })
  void a_good_first_value_has_no_fault(String text) {
    assertThat(JsonSyntax.fault(text, 100)).isNull();
  }

  @Test
  void nesting_beyond_the_bound_is_a_fault() {
    assertThat(JsonSyntax.fault("[".repeat(101), 100)).isEqualTo("exceeded max depth");
  }
}
