package dev.wherry.verticles.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.contents.CommitRequest;
import dev.wherry.engine.contents.ExtractOptions;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.bus.QueuedStream;
import dev.wherry.verticles.container.Samples.Options;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContentsTest {
  private static final ExtractOptions PLAIN = new ExtractOptions(false, false);

  private final ContainerFixture fixture = new ContainerFixture().deploy();
  private final FakeContents engine = fixture.contentEngine;

  @BeforeEach
  void make() {
    fixture.create("a", Options.PLAIN);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private QueuedStream<Buffer> body(String text) {
    QueuedStream<Buffer> body =
        new QueuedStream<>(fixture.client, Buffer::length, 1 << 20, () -> {});
    body.offer(Buffer.buffer(text));
    body.end();
    return body;
  }

  @Test
  void an_archive_is_streamed_once_its_path_is_found_and_closed_after() {
    Contents.PathArchive found = fixture.get(() -> fixture.contents.archive("a", "/x"));
    assertThat(found.stat().name()).isEqualTo("/x");
    Buffer all = Buffer.buffer();
    found.archive().handler(all::appendBuffer);
    found.archive().resume();
    await().until(() -> all.length() == 2);
    assertThat(all.toString()).isEqualTo("/x");
    await().until(() -> engine.open.get() == 0);
  }

  @Test
  void a_reader_that_goes_away_ends_the_writing() {
    Contents.PathArchive found =
        fixture.get(() -> fixture.contents.archive("a", FakeContents.ENDLESS));
    assertThat(engine.open.get()).isEqualTo(1);
    found.archive().cancel();
    await().until(() -> engine.open.get() == 0);
  }

  @Test
  void a_reader_that_stalls_holds_up_nothing_else_of_the_container() {
    fixture.get(() -> fixture.contents.archive("a", FakeContents.ENDLESS)).archive();
    fixture.get(() -> fixture.containers.start("a"));
    assertThat(fixture.get(() -> fixture.contents.changes("a"))).hasSize(1);
    assertThat(fixture.get(() -> fixture.contents.commit("a", request()))).startsWith("sha256:");
  }

  private static CommitRequest request() {
    return new CommitRequest(null, "", "", List.of(), true, null);
  }

  @Test
  void what_is_sent_is_extracted() {
    fixture.get(() -> fixture.contents.extract("a", "/x", PLAIN, body("content")));
    assertThat(engine.extracted).hasToString("content");
    assertThat(engine.open.get()).isZero();
  }

  @Test
  void what_is_not_there_is_told_before_anything_is_streamed() {
    assertThatThrownBy(() -> fixture.get(() -> fixture.contents.archive("a", FakeContents.MISSING)))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessageContaining("Could not find the file /missing");
    assertThatThrownBy(
            () ->
                fixture.get(() -> fixture.contents.extract("nosuch", "/x", PLAIN, body("content"))))
        .isInstanceOf(EngineException.NotFound.class);
    assertThat(engine.open.get()).isZero();
  }
}
