package dev.wherry.verticles.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.image.ImageStore.ImageUser;
import dev.wherry.engine.image.ImageStore.Import;
import dev.wherry.engine.registry.RegistryClient;
import dev.wherry.engine.registry.RegistryProxies;
import dev.wherry.engine.registry.RegistrySettings;
import dev.wherry.verticles.bus.Archive;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Contexts;
import dev.wherry.verticles.bus.LocalCodec;
import dev.wherry.verticles.bus.QueuedStream;
import dev.wherry.verticles.registry.VertxRegistryHttp;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageVerticleTest {
  @TempDir private Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final ContextInternal client = Contexts.fresh(vertx);
  private final FakeImages store = new FakeImages();
  private final Images images = new ImageClient(vertx, store);
  private final List<Object> told = new CopyOnWriteArrayList<>();

  @BeforeEach
  void deploy() {
    LocalCodec.register(vertx.eventBus());
    Blocking kernel = new Blocking(vertx, "kernel", 2);
    Blocking transfers = new Blocking(vertx, "transfer", 2);
    vertx
        .deployVerticle(
            new ImageVerticle(
                store,
                id -> List.of(new ImageUser("user of " + id, true)),
                new RegistryClient(
                    new VertxRegistryHttp(vertx, RegistryProxies.NONE),
                    store,
                    RegistrySettings.DEFAULT,
                    directory,
                    Runnable::run),
                kernel,
                transfers,
                transfers))
        .await();
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private <T> Future<T> ask(Supplier<Future<T>> call) {
    return Contexts.call(client, Contexts.fresh(vertx), call);
  }

  private QueuedStream<Buffer> body() {
    return new QueuedStream<>(client, Buffer::length, 1, () -> {});
  }

  private Future<?> load(QueuedStream<Buffer> body) {
    return ask(() ->
            images.load(
                body,
                "",
                progress -> {
                  told.add(progress.status());
                  told.add(Vertx.currentContext());
                }))
        .onSuccess(loaded -> told.add("done"));
  }

  @Test
  void an_archive_is_loaded_and_progress_told_on_the_callers_context_before_the_end() {
    QueuedStream<Buffer> body = body();
    Future<?> load = load(body);
    body.offer(Buffer.buffer("archive"));
    body.end();
    load.await();
    assertThat(store.loaded).isEqualTo("archive".getBytes());
    await().until(() -> told.size() == 5);
    assertThat(told).containsExactly("begins", client, "ends", client, "done");
  }

  @Test
  void a_client_that_goes_away_fails_the_load() throws InterruptedException {
    QueuedStream<Buffer> body = body();
    Future<?> load = load(body);
    store.reading.await();
    body.offer(Buffer.buffer("arch"));
    body.fail(new IOException("connection reset"));
    assertThatThrownBy(load::await)
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageContaining("broke off");
  }

  @Test
  void the_rest_of_a_refused_body_is_drained_so_that_the_answer_gets_through() {
    QueuedStream<Buffer> body = body();
    Future<?> refused =
        ask(
            () ->
                images.importRootfs(
                    body, new Import(null, List.of(), "", null), (ImageProgress p) -> {}));
    for (int i = 0; i < 30; i++) {
      body.offer(Buffer.buffer(new byte[100_000]));
    }
    body.end();
    assertThatThrownBy(refused::await).isInstanceOf(EngineException.InvalidParameter.class);
    body.finished().await();
  }

  @Test
  void an_archive_is_saved_as_fast_as_it_is_read() {
    Archive archive = ask(() -> images.save(List.of("busybox"), "")).await();
    AtomicInteger read = new AtomicInteger();
    archive.handler(buffer -> read.addAndGet(buffer.length()));
    archive.endHandler(ignored -> told.add("end"));
    archive.resume();
    await().until(() -> told.contains("end"));
    assertThat(read).hasValue(3_000_000);
  }

  @Test
  void saving_an_unknown_image_fails_before_anything_is_sent() {
    assertThatThrownBy(() -> ask(() -> images.save(List.of("busybox", "nosuch"), "")).await())
        .isInstanceOf(EngineException.NotFound.class);
  }

  @Test
  void a_save_that_fails_in_the_middle_fails_the_stream() {
    store.saveFailure = new IOException("disk");
    Archive archive = ask(() -> images.save(List.of("busybox"), "")).await();
    archive.handler(buffer -> {}).exceptionHandler(told::add).resume();
    await().until(() -> !told.isEmpty());
    assertThat(told.getFirst()).isInstanceOf(EngineException.Internal.class);
  }

  @Test
  void a_stalled_transfer_does_not_hold_up_other_work() throws InterruptedException {
    load(body());
    load(body());
    store.reading.await();
    assertThat(ask(() -> images.tag("busybox", "other")).await().id()).isEqualTo("sha256:1");
  }

  @Test
  void a_removal_is_told_who_uses_the_image() {
    ask(() -> images.remove("busybox", false, true)).await();
    assertThat(store.users).extracting(ImageUser::containerId).containsExactly("user of sha256:1");
  }
}
