package dev.wherry.verticles.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.registry.Cancellation;
import dev.wherry.engine.registry.Credentials;
import dev.wherry.engine.registry.PullRequest;
import dev.wherry.engine.registry.PushListener;
import dev.wherry.engine.registry.PushRequest;
import dev.wherry.verticles.registry.Uploads.Step;
import io.vertx.core.http.HttpServerRequest;
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

/** Pushes to a registry that has what is sent to it put elsewhere. */
@Tag("kernel")
@Timeout(60)
class RegistryRedirectTest {
  private static final Credentials USER = new Credentials("user", "canary", "", "");

  @TempDir private Path directory;
  private LocalStore local;
  private HostileRegistry registry;
  private HostileRegistry elsewhere;
  private Uploads uploads;
  private final List<String> pushed = new CopyOnWriteArrayList<>();

  @BeforeEach
  void open() {
    local = new LocalStore(directory);
    registry = new HostileRegistry(local.vertx);
    elsewhere = new HostileRegistry(local.vertx);
    Uploads theirs = new Uploads(elsewhere);
    elsewhere.gate =
        request -> {
          request.response().headersEndHandler(written -> nameItself(request));
          return theirs.handled(request);
        };
    uploads = new Uploads(registry);
    local
        .client()
        .pull(
            PullRequest.of(registry.name(), "1", "", Credentials.NONE),
            new Cancellation(),
            progress -> {});
    String digest = local.images.get(registry.name() + ":1").repoDigests().getFirst();
    local.images.remove(digest, false, false, id -> List.of());
    for (HostileRegistry each : List.of(registry, elsewhere)) {
      each.content.keySet().retainAll(List.of("/v2/"));
    }
    registry.asked.clear();
    registry.gate =
        request -> {
          if (request.getHeader("Authorization") != null) {
            return elsewhere.content.containsKey(request.path())
                ? redirect(request, 307)
                : uploads.handled(request);
          }
          request.response().putHeader("WWW-Authenticate", "Basic realm=\"tests\"");
          HostileRegistry.error(request, 401, "UNAUTHORIZED", "authentication required");
          return true;
        };
  }

  @AfterEach
  void close() {
    registry.close();
    elsewhere.close();
    local.close();
  }

  private void push() {
    local
        .client()
        .push(
            PushRequest.of(registry.name(), "1", USER),
            new Cancellation(),
            new PushListener() {
              @Override
              public void progress(ImageProgress progress) {}

              @Override
              public void pushed(Pushed manifest) {
                pushed.add(manifest.tag());
              }
            });
  }

  /** A place without a host would be one of who sent us. */
  private void nameItself(HttpServerRequest request) {
    String place = request.response().headers().get("Location");
    if (place != null && place.startsWith("/")) {
      request.response().putHeader("Location", "http://127.0.0.1:" + elsewhere.port() + place);
    }
  }

  private boolean redirect(HttpServerRequest request, int status) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Location", "http://127.0.0.1:" + elsewhere.port() + request.uri())
        .end();
    return true;
  }

  @ParameterizedTest
  @ValueSource(ints = {307, 308})
  void uploads_and_manifests_that_have_moved_are_sent_there_without_credentials(int status) {
    uploads.tricks.put(Step.BEGIN, request -> redirect(request, status));
    uploads.tricks.put(Step.MANIFEST, request -> redirect(request, status));
    push();
    assertThat(pushed).containsExactly("1");
    assertThat(elsewhere.asked)
        .isNotEmpty()
        .allMatch(asked -> asked.endsWith(" null"))
        .anyMatch(asked -> asked.startsWith("POST /v2/app/blobs/uploads/"))
        .anyMatch(asked -> asked.startsWith("PUT /v2/app/manifests/1"));
  }

  @Test
  void a_layer_on_its_way_can_not_be_sent_elsewhere() {
    uploads.tricks.put(Step.SEND, request -> redirect(request, 307));
    assertThatThrownBy(this::push)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("unexpected status from PATCH request")
        .hasMessageContaining("307");
    assertThat(pushed).isEmpty();
  }
}
