package dev.wherry.verticles.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import dev.wherry.verticles.registry.Uploads.Step;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pushes to a registry that is not what it should be. */
@Tag("kernel")
@Timeout(60)
class RegistryPushTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Credentials USER = new Credentials("user", "canary", "", "");

  /** user:canary. */
  private static final String BASIC = "Basic dXNlcjpjYW5hcnk=";

  @TempDir private Path directory;
  private LocalStore local;
  private HostileRegistry registry;
  private Uploads uploads;

  private final Told told = new Told();

  /** What a push told. */
  private static final class Told implements PushListener {
    private final List<String> statuses = new CopyOnWriteArrayList<>();
    private final List<Pushed> pushed = new CopyOnWriteArrayList<>();

    @Override
    public void progress(ImageProgress progress) {
      statuses.add(progress.status());
    }

    @Override
    public void pushed(Pushed manifest) {
      pushed.add(manifest);
    }
  }

  /** The image comes from the registry, which then has nothing any more. */
  @BeforeEach
  void open() {
    local = new LocalStore(directory);
    registry = new HostileRegistry(local.vertx);
    uploads = new Uploads(registry);
    local
        .client()
        .pull(
            PullRequest.of(registry.name(), "1", "", Credentials.NONE),
            new Cancellation(),
            progress -> {});
    registry.content.keySet().retainAll(List.of("/v2/"));
    forget();
    registry.asked.clear();
    registry.gate = uploads;
  }

  /** Has the store not know where the image is to be had. */
  private void forget() {
    String digest = local.images.get(registry.name() + ":1").repoDigests().getFirst();
    local.images.remove(digest, false, false, id -> List.of());
    told.pushed.clear();
  }

  @AfterEach
  void close() {
    registry.close();
    local.close();
  }

  private String tag(String repository) {
    String name = "127.0.0.1:" + registry.port() + "/" + repository;
    if (!repository.equals("app")) {
      local.images.tag(registry.name() + ":1", name + ":1");
    }
    return name;
  }

  private void push(String repository, Credentials credentials) {
    local
        .client()
        .push(PushRequest.of(tag(repository), "1", credentials), new Cancellation(), told);
  }

  private void push() {
    push("app", Credentials.NONE);
  }

  private void refused(String why) {
    assertThatThrownBy(this::push).isInstanceOf(EngineException.class).hasMessageContaining(why);
    assertNotPushed();
  }

  private void assertNotPushed() {
    assertThat(told.pushed).isEmpty();
    assertThat(registry.content.keySet()).noneMatch(path -> path.contains("/manifests/"));
    assertThat(local.images.get(registry.name() + ":1").repoDigests()).isEmpty();
  }

  /** That the registry has the image, whole and as it said. */
  private void assertPushed(String repository) {
    byte[] manifest = registry.content.get("/v2/" + repository + "/manifests/1");
    assertThat(told.pushed)
        .containsExactly(new PushListener.Pushed("1", Digest.sha256(manifest), manifest.length));
    String text = new String(manifest, UTF_8);
    List<String> blobs =
        registry.content.keySet().stream()
            .filter(path -> path.startsWith("/v2/" + repository + "/blobs/"))
            .toList();
    assertThat(blobs)
        .hasSize(2)
        .allSatisfy(path -> assertThat(text).contains(path.substring(path.lastIndexOf('/') + 1)));
    assertThat(local.images.get(registry.name() + ":1").repoDigests())
        .containsExactly(
            "127.0.0.1:%d/%s@%s".formatted(registry.port(), repository, Digest.sha256(manifest)));
  }

  /** Something that is done at the first layer only. */
  private void once(Step step, HostileRegistry.Gate trick) {
    AtomicBoolean done = new AtomicBoolean();
    uploads.tricks.put(step, request -> done.compareAndSet(false, true) && trick.handled(request));
  }

  private static boolean cut(HttpServerRequest request) {
    request.connection().close();
    return true;
  }

  private static boolean refuse(HttpServerRequest request, int status, String code, String why) {
    HostileRegistry.error(request, status, code, why);
    return true;
  }

  @Test
  void an_image_is_pushed() {
    push();
    assertPushed("app");
    assertThat(told.statuses).contains("Preparing", "Pushing", "Pushed");
  }

  @ParameterizedTest
  @CsvSource({
    "401,UNAUTHORIZED,authentication required,unauthorized: authentication required",
    "403,DENIED,not yours,denied: not yours",
    "413,SIZE_TOO_LARGE,no room,size too large: no room"
  })
  void a_refusal_before_the_body_is_read_is_told_at_once(
      int status, String code, String why, String said) {
    uploads.tricks.put(
        Step.SEND,
        request -> {
          request.pause();
          return refuse(request, status, code, why);
        });
    refused(said);
    assertThat(uploads.steps).containsOnlyOnce(Step.SEND).doesNotContain(Step.FINISH);
  }

  @Test
  void a_refusal_is_heard_also_if_the_connection_is_cut_with_it() {
    uploads.tricks.put(
        Step.SEND,
        request -> {
          request.pause();
          request.response().setStatusCode(413).end().onComplete(sent -> cut(request));
          return true;
        });
    refused("unexpected status from PATCH request to http://127.0.0.1");
  }

  @Test
  void a_place_to_send_to_on_another_host_does_not_learn_who_we_are() {
    try (HostileRegistry elsewhere = new HostileRegistry(local.vertx)) {
      Uploads theirs = new Uploads(elsewhere);
      elsewhere.gate = theirs;
      registry.gate =
          request -> {
            if (BASIC.equals(request.getHeader("Authorization"))) {
              return uploads.handled(request);
            }
            request.response().putHeader("WWW-Authenticate", "Basic realm=\"tests\"");
            return refuse(request, 401, "UNAUTHORIZED", "authentication required");
          };
      uploads.tricks.put(
          Step.BEGIN,
          request -> {
            request
                .response()
                .setStatusCode(202)
                .putHeader(
                    "Location",
                    "http://127.0.0.1:" + elsewhere.port() + "/v2/app/blobs/uploads/bucket")
                .end();
            return true;
          });
      theirs.tricks.put(
          Step.SEND,
          request -> {
            request
                .response()
                .putHeader("WWW-Authenticate", "Basic realm=\"give me your password\"");
            return refuse(request, 401, "UNAUTHORIZED", "who are you");
          });
      assertThatThrownBy(() -> push("app", USER)).hasMessageContaining("who are you");
      assertNotPushed();
      assertThat(elsewhere.asked).isNotEmpty().allMatch(line -> line.endsWith(" null"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ftp://127.0.0.1/x", "http://", ":", "http://exa mple/"})
  void a_place_that_is_none_is_refused(String location) {
    uploads.tricks.put(
        Step.BEGIN,
        request -> {
          request.response().setStatusCode(202).putHeader("Location", location).end();
          return true;
        });
    refused("the registry names no address to send to: " + location);
  }

  @ParameterizedTest
  @CsvSource({"BEGIN", "SEND", "FINISH"})
  void a_server_in_trouble_is_asked_again(Step step) {
    once(step, request -> refuse(request, 503, "UNAVAILABLE", "later"));
    push();
    assertPushed("app");
    assertThat(told.statuses).contains("Retrying in 1 second");
  }

  @ParameterizedTest
  @CsvSource({"BEGIN", "SEND", "FINISH"})
  void after_a_broken_connection_the_layer_is_sent_again(Step step) {
    once(step, RegistryPushTest::cut);
    push();
    assertPushed("app");
  }

  @Test
  void a_server_that_stays_in_trouble_is_left() {
    uploads.tricks.put(Step.SEND, request -> refuse(request, 503, "UNAVAILABLE", "later"));
    refused("unavailable: later");
    assertThat(uploads.steps).filteredOn(Step.SEND::equals).hasSize(LocalStore.ATTEMPTS);
  }

  @Test
  void a_registry_that_forgot_an_upload_gets_it_again() {
    once(
        Step.FINISH, request -> refuse(request, 404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown"));
    push();
    assertPushed("app");
  }

  @Test
  void what_was_damaged_on_the_way_is_sent_again() {
    once(Step.FINISH, request -> refuse(request, 400, "DIGEST_INVALID", "not what you said"));
    push();
    assertPushed("app");
  }

  @Test
  void a_registry_that_always_gets_something_else_is_left() {
    uploads.tricks.put(
        Step.FINISH, request -> refuse(request, 400, "DIGEST_INVALID", "not what you said"));
    refused("digest invalid: not what you said");
  }

  @ParameterizedTest
  @CsvSource({"FINISH", "MANIFEST"})
  void a_registry_that_says_it_took_something_else_is_not_believed(Step step) {
    uploads.tricks.put(
        step,
        request -> {
          request
              .response()
              .setStatusCode(201)
              .putHeader("Docker-Content-Digest", Digest.sha256(new byte[1]).toString())
              .end();
          return true;
        });
    refused("the registry says that it has taken " + Digest.sha256(new byte[1]));
  }

  @Test
  void a_layer_that_the_registry_lost_after_all_is_an_error() {
    uploads.tricks.put(
        Step.MANIFEST,
        request -> refuse(request, 400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry"));
    refused("manifest blob unknown: blob unknown to registry");
  }

  @Test
  void a_cancelled_push_stops_the_upload() {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    CompletableFuture<Void> gone = new CompletableFuture<>();
    uploads.tricks.put(
        Step.SEND,
        request -> {
          request.connection().closeHandler(closed -> gone.complete(null));
          request.pause();
          reached.complete(null);
          // A server that reads nothing does not see that nothing more comes.
          cancelled.thenRun(request::resume);
          return true;
        });
    Cancellation cancellation = new Cancellation();
    PushRequest request = PushRequest.of(registry.name(), "1", Credentials.NONE);
    CompletableFuture<Void> push =
        CompletableFuture.runAsync(
            () -> local.client().push(request, cancellation, told), local.executor);
    assertThat(reached).succeedsWithin(PATIENCE);
    cancellation.cancel();
    cancelled.complete(null);
    assertThatThrownBy(push::join)
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("context canceled");
    assertThat(gone).succeedsWithin(PATIENCE);
    assertNotPushed();
  }

  @Test
  void a_layer_that_is_damaged_here_is_never_pushed() throws IOException {
    try (Stream<Path> files = Files.walk(local.layers())) {
      Path file =
          files
              .filter(path -> path.endsWith("file") && Files.isRegularFile(path))
              .findFirst()
              .orElseThrow();
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(new byte[16]), 2_000_000);
      }
    }
    refused(" is damaged");
    assertThat(uploads.steps).doesNotContain(Step.FINISH, Step.MANIFEST);
    assertThat(registry.content.keySet()).containsExactly("/v2/");
  }

  /** Makes the registry want tokens, each good for the scopes it was asked for. */
  private void demandTokens(String... given) {
    registry.gate =
        request -> {
          if (request.path().equals("/token")) {
            List<String> scopes = request.params().getAll("scope");
            if (List.of(given).containsAll(scopes)) {
              request.response().end("{\"token\":\"%s\"}".formatted(String.join("+", scopes)));
              return true;
            }
            return refuse(request, 403, "DENIED", "not that");
          }
          String shown = String.valueOf(request.getHeader("Authorization"));
          String from = request.getParam("from");
          boolean may =
              shown.contains(request.path().startsWith("/v2/to/") ? ":to:pull,push" : "Bearer")
                  && (from == null || shown.contains(":" + from + ":pull"));
          if (may) {
            return uploads.handled(request);
          }
          request
              .response()
              .putHeader(
                  "WWW-Authenticate",
                  "Bearer realm=\"http://127.0.0.1:%d/token\",service=\"tests\""
                      .formatted(registry.port()));
          return from == null
              ? refuse(request, 401, "UNAUTHORIZED", "authentication required")
              : uploads.handled(unmounted(request));
        };
  }

  private HttpServerRequest unmounted(HttpServerRequest request) {
    request.params().remove("from");
    return request;
  }

  @Test
  void a_layer_of_another_repository_is_mounted_with_a_token_for_both() {
    push();
    forget();
    demandTokens("repository:to:pull,push", "repository:app:pull");
    push("to", USER);
    assertPushed("to");
    assertThat(told.statuses).contains("Mounted from app");
  }

  @Test
  void a_layer_is_sent_where_no_token_for_the_other_repository_is_given() {
    push();
    forget();
    demandTokens("repository:to:pull,push");
    push("to", USER);
    assertPushed("to");
    assertThat(told.statuses).doesNotContain("Mounted from app");
  }
}
