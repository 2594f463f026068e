package dev.wherry.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryProxiesTest {
  private static final URI HTTP = URI.create("http://plain.proxy:3128");
  private static final URI HTTPS = URI.create("http://secure.proxy:3128");

  private static Optional<URI> proxy(String exceptions, String server) {
    return new RegistryProxies(Optional.of(HTTP), Optional.of(HTTPS), exceptions)
        .of(URI.create(server));
  }

  @Test
  void each_scheme_has_its_own() {
    assertThat(proxy("", "http://r.example/v2/")).contains(HTTP);
    assertThat(proxy("", "https://r.example/v2/")).contains(HTTPS);
    assertThat(
            new RegistryProxies(Optional.of(HTTP), Optional.empty(), "")
                .of(URI.create("https://r.example")))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"http://localhost:5000", "http://127.3.4.5", "https://[::1]:5000"})
  void what_is_on_loopback_is_asked_directly(String server) {
    assertThat(proxy("", server)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "*, https://r.example",
    "r.example, https://r.example:5000",
    "r.example, https://a.b.R.EXAMPLE",
    "'x, .example ', https://r.example",
    "*.example, https://r.example",
    "r.example:5000, https://r.example:5000",
    "r.example:443, https://r.example",
    "10.0.0.0/8, http://10.1.2.3:5000",
    "10.1.2.3, http://10.1.2.3",
    "10.1.2.3:80, http://10.1.2.3",
    "fd00::/8, 'https://[fd00::1]:5000'",
    "[fd00::1]:5000, 'https://[fd00::1]:5000'",
    "fd00::1, 'https://[fd00::1]'"
  })
  void who_is_covered_is_asked_directly(String exceptions, String server) {
    assertThat(proxy(exceptions, server)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "r.example, https://other-r.example",
    ".r.example, https://r.example",
    "r.example:5000, https://r.example",
    "10.0.0.0/8, http://11.1.2.3",
    "10.1.2.3:81, http://10.1.2.3",
    "10.0.0.0/8, http://ten.example",
    "10.0.0.0/99, http://10.1.2.3",
    "'', https://r.example",
    "',,', https://r.example"
  })
  void who_is_not_covered_is_asked_by_the_proxy(String exceptions, String server) {
    assertThat(proxy(exceptions, server)).isPresent();
  }
}
