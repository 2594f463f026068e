package dev.wherry.verticles.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.registry.Cancellation;
import dev.wherry.engine.registry.Credentials;
import dev.wherry.engine.registry.PullRequest;
import dev.wherry.engine.registry.PushListener;
import dev.wherry.engine.registry.PushRequest;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who we are is for the registry alone to know. */
@Tag("kernel")
@Timeout(60)
class RegistrySecrecyTest {
  private static final Credentials USER = new Credentials("user", "canary", "", "");

  /** user:canary. */
  private static final String BASIC = "Basic dXNlcjpjYW5hcnk=";

  @TempDir private Path directory;
  private final List<ImageProgress> told = new CopyOnWriteArrayList<>();
  private LocalStore local;
  private HostileRegistry registry;

  @BeforeEach
  void open() {
    local = new LocalStore(directory);
    registry = new HostileRegistry(local.vertx);
  }

  @AfterEach
  void close() {
    registry.close();
    local.close();
  }

  private void pull(String tag, Credentials credentials) {
    local
        .client()
        .pull(PullRequest.of(registry.name(), tag, "", credentials), new Cancellation(), told::add);
  }

  private void refused(String tag, String why) {
    assertThatThrownBy(() -> pull(tag, Credentials.NONE))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(why);
    local.assertEmpty();
  }

  private void assertPulled() {
    assertThat(local.images.get(registry.name() + ":1").id())
        .isEqualTo(Digest.sha256(registry.config).toString());
    assertThat(local.snapshotter.committed()).hasSize(1);
  }

  private String blobOfLayer() {
    return HostileRegistry.blobPath(registry.layer);
  }

  /** Makes the registry want a token of its own token server. */
  private void demandToken() {
    registry.gate =
        request -> {
          String shown = request.getHeader("Authorization");
          if (request.path().equals("/token")) {
            boolean known =
                "repository:app:pull".equals(request.getParam("scope"))
                    && "tests".equals(request.getParam("service"))
                    && BASIC.equals(shown);
            if (known) {
              request.response().end("{\"token\":\"let-me-in\"}");
            } else {
              HostileRegistry.error(request, 401, "UNAUTHORIZED", "incorrect password");
            }
            return true;
          }
          if (!"Bearer let-me-in".equals(shown)) {
            request
                .response()
                .putHeader(
                    "WWW-Authenticate",
                    "Bearer realm=\"http://127.0.0.1:%d/token\",service=\"tests\""
                        .formatted(registry.port()));
            HostileRegistry.error(request, 401, "UNAUTHORIZED", "authentication required");
            return true;
          }
          return false;
        };
  }

  @Test
  void a_registry_that_wants_a_token_gets_one() {
    demandToken();
    pull("1", USER);
    assertPulled();
    assertThat(registry.asked)
        .noneMatch(line -> line.startsWith("GET /v2") && line.contains("Basic"));
  }

  @Test
  void without_the_right_password_there_is_no_token() {
    demandToken();
    refused("1", "unauthorized: incorrect password");
    assertThatThrownBy(
            () ->
                local
                    .client()
                    .login(
                        "127.0.0.1:" + registry.port(),
                        new Credentials("user", "wrong", "", ""),
                        new Cancellation()))
        .isInstanceOf(EngineException.Unauthorized.class)
        .hasMessageContaining("incorrect password");
  }

  @Test
  void a_redirect_to_another_host_takes_no_credentials_along() {
    try (HostileRegistry elsewhere = new HostileRegistry(local.vertx)) {
      demandToken();
      redirect(elsewhere);
      pull("1", USER);
      assertPulled();
      assertThat(elsewhere.asked).isNotEmpty().allMatch(line -> line.endsWith(" null"));
    }
  }

  @Test
  void a_host_one_is_redirected_to_gets_no_credentials_for_asking() {
    try (HostileRegistry elsewhere = new HostileRegistry(local.vertx)) {
      registry.gate =
          request -> {
            if (request.getHeader("Authorization") == null) {
              request.response().putHeader("WWW-Authenticate", "Basic realm=\"tests\"");
              HostileRegistry.error(request, 401, "UNAUTHORIZED", "authentication required");
              return true;
            }
            return false;
          };
      redirect(elsewhere);
      elsewhere.gate =
          request -> {
            request
                .response()
                .putHeader(
                    "WWW-Authenticate",
                    "Bearer realm=\"http://127.0.0.1:%d/token\"".formatted(elsewhere.port()));
            HostileRegistry.error(request, 401, "UNAUTHORIZED", "give me your password");
            return true;
          };
      assertThatThrownBy(() -> pull("1", USER)).hasMessageContaining("give me your password");
      local.assertEmpty();
      assertThat(elsewhere.asked).isNotEmpty().allMatch(line -> line.endsWith(" null"));
    }
  }

  private void redirect(HostileRegistry elsewhere) {
    registry.tricks.put(
        blobOfLayer(),
        request ->
            request
                .response()
                .setStatusCode(307)
                .putHeader("Location", "http://127.0.0.1:" + elsewhere.port() + request.path())
                .end());
  }

  @Test
  void a_redirect_that_never_ends_is_left() {
    registry.tricks.put(
        blobOfLayer(),
        request ->
            request.response().setStatusCode(302).putHeader("Location", request.path()).end());
    refused("1", "stopped after 10 redirects");
  }

  @Test
  void a_mirror_is_asked_first_and_without_credentials() {
    registry.content.forEach(
        (path, bytes) -> registry.content.put(path.replace("/v2/app/", "/v2/library/app/"), bytes));
    local
        .client("http://127.0.0.1:" + registry.port() + "/")
        .pull(PullRequest.of("app", "1", "", USER), new Cancellation(), told::add);
    assertThat(local.images.get("app:1").repoDigests()).hasSize(1);
    assertThat(registry.asked).isNotEmpty().allMatch(line -> line.endsWith(" null"));
  }

  /** A registry that can be asked in confidence. */
  private HostileRegistry secure() throws Exception {
    Path keys = Identities.make(directory, "server", "ip:127.0.0.1");
    return new HostileRegistry(
        local.vertx,
        new HttpServerOptions()
            .setSsl(true)
            .setKeyCertOptions(
                new PfxOptions().setPath(keys.toString()).setPassword(Identities.PASSWORD)));
  }

  @Test
  void a_secure_registry_does_not_lead_us_to_where_others_listen() throws Exception {
    try (HostileRegistry secure = secure()) {
      secure.tricks.put(
          "/v2/app/manifests/1",
          request ->
              request
                  .response()
                  .setStatusCode(307)
                  .putHeader("Location", "http://127.0.0.1:" + registry.port() + request.path())
                  .end());
      PullRequest request = PullRequest.of(secure.name(), "1", "", USER);
      assertThatThrownBy(() -> local.client().pull(request, new Cancellation(), told::add))
          .hasMessageContaining("the registry redirects from https://127.0.0.1:" + secure.port())
          .hasMessageContaining("to plain HTTP");
      assertThat(registry.asked).isEmpty();
      local.assertEmpty();
    }
  }

  @Test
  void nor_do_we_send_layers_there() throws Exception {
    try (HostileRegistry secure = secure()) {
      pull("1", Credentials.NONE);
      registry.asked.clear();
      secure.content.keySet().retainAll(List.of("/v2/"));
      Uploads uploads = new Uploads(secure);
      uploads.tricks.put(
          Uploads.Step.BEGIN,
          request -> {
            String there = "http://127.0.0.1:" + registry.port() + request.path() + "1";
            request.response().setStatusCode(202).putHeader("Location", there).end();
            return true;
          });
      secure.gate = uploads;
      local.images.tag(registry.name() + ":1", secure.name() + ":1");
      PushRequest request = PushRequest.of(secure.name(), "1", USER);
      assertThatThrownBy(() -> local.client().push(request, new Cancellation(), deaf()))
          .hasMessageContaining("to plain HTTP");
      assertThat(registry.asked).isEmpty();
    }
  }

  private static PushListener deaf() {
    return new PushListener() {
      @Override
      public void progress(ImageProgress progress) {}

      @Override
      public void pushed(Pushed manifest) {}
    };
  }

  @Test
  void nor_do_we_tell_the_password_there() throws Exception {
    try (HostileRegistry secure = secure()) {
      secure.gate =
          request -> {
            request
                .response()
                .putHeader(
                    "WWW-Authenticate",
                    "Bearer realm=\"http://127.0.0.1:%d/token\"".formatted(registry.port()));
            HostileRegistry.error(request, 401, "UNAUTHORIZED", "authentication required");
            return true;
          };
      PullRequest request = PullRequest.of(secure.name(), "1", "", USER);
      assertThatThrownBy(() -> local.client().pull(request, new Cancellation(), told::add))
          .hasMessageContaining("the token auth challenge realm is not secure");
      assertThatThrownBy(
              () -> local.client().login("127.0.0.1:" + secure.port(), USER, new Cancellation()))
          .hasMessageContaining("the token auth challenge realm is not secure");
      assertThat(registry.asked).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{}", "[]", "{\"token\":\"a\\r\\nX-Header: b\"}", "{\"token\":{\"a\":1}}"})
  void a_token_that_is_none_is_refused(String answer) {
    demandToken();
    HostileRegistry.Gate gate = registry.gate;
    registry.gate =
        request -> {
          if (request.path().equals("/token")) {
            request.response().end(answer);
            return true;
          }
          return gate.handled(request);
        };
    refused("1", "token");
  }

  @Test
  void a_token_without_end_is_refused() {
    demandToken();
    HostileRegistry.Gate gate = registry.gate;
    registry.gate =
        request -> {
          if (request.path().equals("/token")) {
            request.response().end("{\"token\":\"" + "x".repeat(2 << 20) + "\"}");
            return true;
          }
          return gate.handled(request);
        };
    refused("1", "the registry sent a token of more than 1048576 bytes");
  }

  @Test
  void a_registry_that_never_believes_us_is_not_asked_for_ever() {
    demandToken();
    HostileRegistry.Gate gate = registry.gate;
    registry.gate =
        request -> {
          if (request.path().equals("/token")) {
            request.response().end("{\"token\":\"another\"}");
            return true;
          }
          return gate.handled(request);
        };
    refused("1", "unauthorized: authentication required");
    assertThat(registry.asked).hasSizeLessThan(8);
  }
}
