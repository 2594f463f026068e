package dev.wherry.verticles.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamBridgesTest {
  private final Vertx vertx = Vertx.vertx();
  private final ContextInternal context = Contexts.fresh(vertx);
  private final Blocking blocking = new Blocking(vertx, "test", 4);
  private final AtomicInteger roomTold = new AtomicInteger();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private QueuedStream<Buffer> body() {
    return new QueuedStream<>(context, Buffer::length, 1, roomTold::incrementAndGet);
  }

  private BodyInputStream open(QueuedStream<Buffer> body) {
    return Contexts.call(
            context,
            Contexts.fresh(vertx),
            () -> Future.succeededFuture(new BodyInputStream(context, body)))
        .await();
  }

  private static Buffer random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return Buffer.buffer(bytes);
  }

  @Test
  void a_body_is_read_whole_and_in_order() throws IOException {
    QueuedStream<Buffer> body = body();
    Buffer data = random(3_000_000);
    for (int i = 0; i < data.length(); i += 10_000) {
      body.offer(data.slice(i, i + 10_000));
    }
    body.end();
    assertThat(open(body).readAllBytes()).isEqualTo(data.getBytes());
  }

  @Test
  void a_slow_reader_holds_the_body_back() throws IOException {
    QueuedStream<Buffer> body = body();
    BodyInputStream in = open(body);
    for (int i = 0; i < 100; i++) {
      body.offer(Buffer.buffer(new byte[100_000]));
    }
    body.end();
    // 1 MB is taken, the other 9 stay in the stream until they are wanted.
    assertThat(body.finished().isComplete()).isFalse();
    assertThat(in.readAllBytes()).hasSize(10_000_000);
    body.finished().await();
  }

  @Test
  void a_body_that_breaks_off_fails_the_read_after_what_had_arrived() throws IOException {
    QueuedStream<Buffer> body = body();
    body.offer(Buffer.buffer("abc"));
    body.fail(new IOException("connection reset"));
    BodyInputStream in = open(body);
    assertThat(in.readNBytes(3)).isEqualTo("abc".getBytes());
    assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessageContaining("broke off");
  }

  @Test
  void closing_early_lets_the_rest_of_the_body_drain_away() throws IOException {
    QueuedStream<Buffer> body = body();
    BodyInputStream in = open(body);
    for (int i = 0; i < 30; i++) {
      body.offer(Buffer.buffer(new byte[100_000]));
    }
    body.end();
    assertThat(in.read()).isZero();
    in.close();
    body.finished().await();
  }

  @Test
  void what_is_written_comes_out_whole_and_in_order() {
    OutputStreamSource out = new OutputStreamSource(context);
    Buffer data = random(5_000_001);
    Future<Void> writing =
        blocking.run(
            () -> {
              try (out) {
                out.write(data.getBytes(0, 1));
                out.write(data.getBytes(1, data.length()));
              }
            });
    Buffer read = Buffer.buffer();
    out.stream().handler(read::appendBuffer);
    out.stream().resume();
    writing.await();
    out.stream().finished().await();
    assertThat(read).isEqualTo(data);
  }

  @Test
  void a_writer_is_held_up_until_the_reader_reads() {
    OutputStreamSource out = new OutputStreamSource(context);
    AtomicInteger written = new AtomicInteger();
    Future<Void> writing =
        blocking.run(
            () -> {
              try (out) {
                for (int i = 0; i < 30; i++) {
                  out.write(new byte[100_000]);
                  written.incrementAndGet();
                }
              }
            });
    await().untilAsserted(() -> assertThat(out.stream().isFull()).isTrue());
    assertThat(written.get()).isLessThan(15);
    out.stream().resume();
    writing.await();
    assertThat(written).hasValue(30);
  }

  @Test
  void a_writer_fails_when_the_reader_has_gone() {
    OutputStreamSource out = new OutputStreamSource(context);
    Future<Void> writing = blocking.run(() -> out.write(new byte[3_000_000]));
    await().untilAsserted(() -> assertThat(out.stream().isFull()).isTrue());
    out.cancel();
    assertThatThrownBy(writing::await).isInstanceOf(IOException.class).hasMessageContaining("gone");
  }
}
