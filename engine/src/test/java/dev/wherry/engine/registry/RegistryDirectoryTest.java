package dev.wherry.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryDirectoryTest {
  private final RegistryDirectory directory =
      new RegistryDirectory(
          new RegistrySettings(
              List.of("plain.invalid:5000", "10.1.0.0/16"),
              List.of("https://mirror.invalid/"),
              3,
              5,
              5));

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:5000,true",
    "127.9.9.9,true",
    "localhost:5000,true",
    "[::1]:5000,true",
    "10.1.2.3,true",
    "10.2.0.1,false",
    "plain.invalid:5000,true",
    "plain.invalid,false",
  })
  void plain_http_is_for_loopback_and_what_was_named(String domain, boolean plain) {
    List<RegistryEndpoint> endpoints = directory.endpoints(domain);
    assertThat(endpoints.getFirst().base()).isEqualTo(URI.create("https://" + domain));
    assertThat(endpoints.getFirst().verified()).isEqualTo(!plain);
    assertThat(endpoints).hasSize(plain ? 2 : 1);
    if (plain) {
      assertThat(endpoints.getLast().base()).isEqualTo(URI.create("http://" + domain));
    }
  }

  @Test
  void mirrors_stand_before_the_hub_and_before_nothing_else() {
    assertThat(directory.endpoints("docker.io"))
        .containsExactly(
            new RegistryEndpoint(URI.create("https://mirror.invalid"), true, true),
            new RegistryEndpoint(URI.create("https://registry-1.docker.io"), true, false));
    assertThat(directory.own("docker.io")).hasSize(1);
    assertThat(directory.endpoints("10.2.0.1")).noneMatch(RegistryEndpoint::mirror);
  }

  @Test
  void an_endpoint_owns_what_has_its_scheme_host_and_port() {
    RegistryEndpoint endpoint =
        new RegistryEndpoint(URI.create("https://reg.invalid"), true, false);
    assertThat(endpoint.resolve("a/b")).isEqualTo(URI.create("https://reg.invalid/v2/a/b"));
    assertThat(endpoint.owns(URI.create("https://REG.invalid:443/x"))).isTrue();
    assertThat(endpoint.owns(URI.create("http://reg.invalid/x"))).isFalse();
    assertThat(endpoint.owns(URI.create("https://reg.invalid:444/x"))).isFalse();
    assertThat(endpoint.owns(URI.create("https://x.reg.invalid/x"))).isFalse();
  }
}
