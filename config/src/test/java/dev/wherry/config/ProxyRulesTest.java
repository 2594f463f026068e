package dev.wherry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.config.DaemonConfig.Proxies;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyRulesTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "HTTP_PROXY",
          "http://user:canary@upper.example:3128",
          "http_proxy",
          "http://lower.example",
          "https_proxy",
          "proxy.example:8080",
          "NO_PROXY",
          ".example,10.0.0.0/8");

  @TempDir Path dir;

  private Proxies proxies(Map<String, String> environment, String json, String... flags)
      throws ConfigException, IOException {
    Path file = Files.writeString(dir.resolve("daemon.json"), json);
    List<String> args = new ArrayList<>(List.of("--config-file", file.toString()));
    args.addAll(List.of(flags));
    StartRequest request = StartRequest.of(environment, args.toArray(String[]::new));
    return ((StartRequest.Serve) request).config().registries().proxies();
  }

  @Test
  void without_a_word_there_are_none() throws Exception {
    assertThat(proxies(Map.of("HTTP_PROXY", ""), "{\"proxies\": null}")).isEqualTo(Proxies.NONE);
  }

  @Test
  void the_environments_are_taken_in_capitals_first() throws Exception {
    Proxies proxies = proxies(ENVIRONMENT, "{}");
    assertThat(proxies.http().orElseThrow().address())
        .isEqualTo(URI.create("http://user:canary@upper.example:3128"));
    assertThat(proxies.https().orElseThrow().address())
        .isEqualTo(URI.create("http://proxy.example:8080"));
    assertThat(proxies.https().orElseThrow().shown()).isEqualTo("proxy.example:8080");
    assertThat(proxies.exceptions()).isEqualTo(".example,10.0.0.0/8");
    assertThat(proxies.toString()).contains("xxxxx:xxxxx@upper").doesNotContain("canary");
  }

  @Test
  void the_files_and_the_flags_count_more() throws Exception {
    Proxies proxies =
        proxies(
            ENVIRONMENT,
            "{\"proxies\": {\"http-proxy\": \"http://file.example\", \"no-proxy\": \"*\"}}",
            "--https-proxy=socks5://flag.example");
    assertThat(proxies.http().orElseThrow().shown()).isEqualTo("http://file.example");
    assertThat(proxies.https().orElseThrow().shown()).isEqualTo("socks5://flag.example");
    assertThat(proxies.exceptions()).isEqualTo("*");
  }

  @Test
  void one_given_twice_is_refused_without_its_password() {
    assertThatThrownBy(
            () ->
                proxies(
                    Map.of(),
                    "{\"proxies\": {\"http-proxy\": \"http://u:canary@file\"}}",
                    "--http-proxy=http://u:canary@flag"))
        .hasMessageContaining(
            "http-proxy: (from flag: http://xxxxx:xxxxx@flag, from file: http://xxxxx:xxxxx@file)")
        .hasMessageNotContaining("canary");
  }

  @Test
  void what_is_no_proxy_setting_is_named() {
    assertThatThrownBy(() -> proxies(Map.of(), "{\"proxies\": {\"ftp-proxy\": \"x\"}}"))
        .hasMessageContaining("don't match any configuration option: ftp-proxy");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://u:canary@p.example",
        "ftp://u:canary@p",
        "http://u:canary@",
        "http://u:canary@p .x"
      })
  void a_proxy_that_cannot_be_used_is_refused_without_its_password(String address) {
    assertThatThrownBy(() -> proxies(Map.of("HTTPS_PROXY", address), "{}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("https-proxy: ")
        .hasMessageNotContaining("canary");
  }
}
