package dev.wherry.verticles.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.ZstdOutputStream;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.registry.Cancellation;
import dev.wherry.engine.registry.Credentials;
import dev.wherry.engine.registry.PullRequest;
import dev.wherry.engine.registry.RegistryClient;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pulls from a registry that is not what it should be, into a real store. */
@Tag("kernel")
@Timeout(60)
class RegistryPullTest {
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

  private void pull(String tag) {
    local
        .client()
        .pull(
            PullRequest.of(registry.name(), tag, "", Credentials.NONE),
            new Cancellation(),
            told::add);
  }

  private void refused(String tag, String why) {
    assertThatThrownBy(() -> pull(tag))
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

  @Test
  void an_image_is_pulled() {
    pull("1");
    assertPulled();
    assertThat(told).extracting(ImageProgress::status).contains("Download complete");
  }

  @Test
  void a_download_that_breaks_off_goes_on_where_it_was() {
    registry.tricks.put(
        blobOfLayer(),
        request -> {
          if (request.getHeader("Range") == null) {
            HostileRegistry.tear(request, registry.layer, 0, 1_000_000);
          } else {
            HostileRegistry.serve(request, registry.layer);
          }
        });
    pull("1");
    assertPulled();
    assertThat(told).extracting(ImageProgress::status).contains("Retrying in 0 seconds");
  }

  @Test
  void a_registry_that_does_no_ranges_sends_it_all_again() {
    boolean[] torn = new boolean[1];
    registry.tricks.put(
        blobOfLayer(),
        request -> {
          if (!torn[0]) {
            torn[0] = true;
            HostileRegistry.tear(request, registry.layer, 0, 1_000_000);
          } else {
            request.response().end(Buffer.buffer(registry.layer));
          }
        });
    pull("1");
    assertPulled();
  }

  @Test
  void a_layer_that_never_comes_whole_is_given_up() {
    registry.tricks.put(
        blobOfLayer(), request -> HostileRegistry.tear(request, registry.layer, 0, 0));
    refused("1", "");
  }

  @Test
  void a_layer_with_another_digest_is_refused() {
    byte[] other = registry.layer.clone();
    other[1000] ^= 1;
    registry.content.put(blobOfLayer(), other);
    refused("1", "filesystem layer verification failed for digest sha256:");
  }

  @Test
  void a_layer_that_the_configuration_does_not_know_is_refused() {
    byte[] other = HostileRegistry.config(Digest.sha256(new byte[1]));
    registry.blob(other);
    registry.manifest("2", registry.manifest(other, registry.layer.length));
    refused("2", "layers from manifest don't match image configuration");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void a_layer_that_is_a_bomb_is_refused_before_it_is_unpacked(String how) throws IOException {
    byte[] bomb = HostileRegistry.layer(new byte[16 << 20]);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream compressed =
        how.equals("gzip") ? new GZIPOutputStream(out) : new ZstdOutputStream(out)) {
      compressed.write(bomb);
    }
    byte[] config = HostileRegistry.config(Digest.sha256(bomb));
    registry.blob(config);
    registry.blob(out.toByteArray());
    registry.manifest("bomb", HostileRegistry.manifest(config, out.toByteArray(), out.size()));
    refused("bomb", "failed to register layer: more than 4194304 bytes, compressed to less than");
  }

  @Test
  void an_endless_layer_is_refused_where_its_descriptor_ends() {
    registry.tricks.put(
        blobOfLayer(),
        request -> {
          request.response().setChunked(true);
          request.response().write(Buffer.buffer(registry.layer));
          local.vertx.setPeriodic(
              1,
              timer -> {
                if (request.response().closed()) {
                  local.vertx.cancelTimer(timer);
                } else if (!request.response().writeQueueFull()) {
                  request.response().write(Buffer.buffer(new byte[10_000]));
                }
              });
        });
    refused("1", "is longer than the");
  }

  @Test
  void a_descriptor_that_says_too_little_is_refused() {
    registry.manifest("2", registry.manifest(registry.layer.length - 512));
    refused("2", "is longer than the");
  }

  @Test
  void a_descriptor_that_says_too_much_is_refused() {
    registry.manifest("2", registry.manifest(registry.layer.length + 512));
    refused("2", "unexpected EOF");
  }

  @Test
  void a_configuration_with_another_digest_is_refused() {
    byte[] other = registry.config.clone();
    other[other.length - 1] = ' ';
    registry.content.put(HostileRegistry.blobPath(registry.config), other);
    refused("1", "image config verification failed for digest sha256:");
  }

  @Test
  void a_manifest_of_another_digest_than_asked_for_is_refused() {
    String digest = Digest.sha256(new byte[0]).toString();
    registry.content.put(
        "/v2/app/manifests/" + digest, registry.content.get("/v2/app/manifests/1"));
    refused(digest, "manifest verification failed for digest " + digest);
  }

  @Test
  void a_manifest_too_large_is_refused() {
    registry.manifest("2", " ".repeat(5 << 20));
    refused("2", "of more than");
  }

  @Test
  void headers_without_end_are_refused() {
    registry.tricks.put(
        "/v2/app/manifests/1",
        request -> request.response().putHeader("X", "x".repeat(1 << 20)).end());
    refused("1", "HTTP header is larger than 65536 bytes");
  }

  @Test
  void a_registry_that_falls_silent_is_left() {
    registry.tricks.put(
        blobOfLayer(),
        request ->
            request
                .response()
                .putHeader("Content-Length", String.valueOf(registry.layer.length))
                .write(Buffer.buffer(registry.layer).slice(0, 100_000)));
    local.patience = Duration.ofMillis(300);
    refused("1", "nothing has arrived for too long");
    assertThat(told).extracting(ImageProgress::status).contains("Retrying in 0 seconds");
  }

  @Test
  void a_registry_that_never_answers_is_left() {
    registry.tricks.put("/v2/app/manifests/1", request -> {});
    local.patience = Duration.ofMillis(300);
    refused("1", "net/http: timeout awaiting response headers");
  }

  private void allRefused(String why) {
    assertThatThrownBy(
            () ->
                local
                    .client()
                    .pull(
                        PullRequest.of(registry.name(), "", "", Credentials.NONE),
                        new Cancellation(),
                        told::add))
        .hasMessageContaining(why);
    local.assertEmpty();
  }

  @Test
  void a_tag_that_is_none_is_refused() {
    registry.content.put("/v2/app/tags/list", "{\"tags\":[\"../../etc\"]}".getBytes(UTF_8));
    allRefused("invalid tag format");
  }

  @Test
  void tags_without_end_are_refused() {
    registry.content.put(
        "/v2/app/tags/list", ("{\"tags\":[\"" + "x".repeat(5 << 20) + "\"]}").getBytes(UTF_8));
    allRefused("the registry sent a list of tags of more than");
  }

  @Test
  void a_list_of_tags_goes_on_at_the_registry_only() {
    registry.tricks.put(
        "/v2/app/tags/list",
        request ->
            request
                .response()
                .putHeader("Link", "<http://127.0.0.1:1/v2/app/tags/list>; rel=\"next\"")
                .end("{\"tags\":[\"1\"]}"));
    allRefused("the registry's list goes on elsewhere");
  }

  @Test
  void a_manifest_of_two_meanings_is_refused() {
    registry.manifest("2", registry.manifest(5).replaceFirst("\\{", "{\"manifests\":[],"));
    refused("2", "both an index and an image");
  }

  @Test
  void a_manifest_of_schema_1_is_refused_in_dockerds_words() {
    registry.manifest("2", "{\"schemaVersion\":1,\"fsLayers\":[]}");
    refused("2", "schema 1 support has been removed");
  }

  @Test
  void a_cancelled_pull_stops_and_leaves_nothing() {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    CompletableFuture<Void> gone = new CompletableFuture<>();
    registry.tricks.put(
        blobOfLayer(),
        request -> {
          request.response().closeHandler(closed -> gone.complete(null));
          request
              .response()
              .putHeader("Content-Length", String.valueOf(registry.layer.length))
              .write(Buffer.buffer(registry.layer).slice(0, 100_000));
          reached.complete(null);
        });
    Cancellation cancellation = new Cancellation();
    PullRequest request = PullRequest.of(registry.name(), "1", "", Credentials.NONE);
    CompletableFuture<Void> pull =
        CompletableFuture.runAsync(
            () -> local.client().pull(request, cancellation, told::add), local.executor);
    reached.join();
    cancellation.cancel();
    assertThatThrownBy(pull::join)
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("context canceled");
    gone.join();
    local.assertEmpty();
  }

  @Test
  void two_pulls_at_a_time_fetch_a_layer_once() {
    RegistryClient client = local.client();
    CompletableFuture<Void> reached = new CompletableFuture<>();
    registry.tricks.put(
        blobOfLayer(),
        request -> {
          reached.complete(null);
          local.vertx.setTimer(1, later -> HostileRegistry.serve(request, registry.layer));
        });
    PullRequest request = PullRequest.of(registry.name(), "1", "", Credentials.NONE);
    CompletableFuture<Void> first =
        CompletableFuture.runAsync(
            () -> client.pull(request, new Cancellation(), told::add), local.executor);
    reached.join();
    client.pull(request, new Cancellation(), told::add);
    first.join();
    assertPulled();
    await()
        .untilAsserted(
            () ->
                assertThat(registry.asked)
                    .filteredOn(line -> line.contains(blobOfLayer()))
                    .hasSize(1));
  }

  @Test
  void an_answer_that_is_no_json_is_told_by_its_status() {
    registry.tricks.put(
        "/v2/app/manifests/1",
        request ->
            request.response().setStatusCode(502).end(Buffer.buffer("<html>".getBytes(UTF_8))));
    refused("1", "unexpected status from GET request to http://127.0.0.1");
  }
}
