package dev.wherry.verticles.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.event.FileJournal;
import dev.wherry.engine.event.Journal;
import dev.wherry.verticles.bus.Blocking;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFeedsTest {
  @TempDir Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final Blocking blocking = new Blocking(vertx, "kernel", 4);
  private FileJournal journal;
  private EventFeeds feeds;
  private String deployment;
  private final List<String> heard = new CopyOnWriteArrayList<>();

  @BeforeEach
  void open() {
    journal = new FileJournal(directory, new FileJournal.Limits(1 << 20, 4, 50), Clock.systemUTC());
    feeds = new EventFeeds(vertx, journal, blocking, Clock.systemUTC());
    deployment = vertx.deployVerticle(new EventVerticle(journal, feeds)).await();
  }

  @AfterEach
  void close() {
    vertx.close().await();
    journal.close();
  }

  private EngineEvent happens(String action) {
    return journal.append(EngineEvent.Type.CONTAINER, action, "id", Map.of());
  }

  private Events.Feed subscribe(Long since, Long until) {
    Events.Feed feed = feeds.subscribe(since, until, event -> !event.action().startsWith("not"));
    feed.handler(event -> heard.add(event.action()));
    feed.endHandler(ignored -> heard.add("END"));
    return feed;
  }

  @Test
  void new_events_that_pass_the_filter_are_heard_in_order() {
    happens("before");
    subscribe(null, null).resume();
    happens("a");
    happens("not this");
    happens("b");
    await().untilAsserted(() -> assertThat(heard).containsExactly("a", "b"));
  }

  @Test
  void the_past_comes_first_and_what_happens_meanwhile_follows_once() {
    IntStream.range(0, 2500).forEach(i -> happens("e" + i));
    Thread other =
        Thread.ofPlatform().start(() -> IntStream.range(2500, 5000).forEach(i -> happens("e" + i)));
    subscribe(0L, null).resume();
    await().untilAsserted(() -> assertThat(heard).hasSize(5000));
    assertThat(heard).isEqualTo(IntStream.range(0, 5000).mapToObj(i -> "e" + i).toList());
    assertThat(other.isAlive()).isFalse();
  }

  @Test
  void a_slow_reader_misses_nothing_and_hears_nothing_twice() {
    Events.Feed feed = subscribe(null, null);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 4 * JournalFeed.HIGH_WATER; i++) {
      expected.add(happens("e" + i).action());
    }
    feed.fetch(10);
    await().untilAsserted(() -> assertThat(heard).hasSize(10));
    feed.resume();
    await().untilAsserted(() -> assertThat(heard).hasSameSizeAs(expected));
    expected.add(happens("live again").action());
    await().untilAsserted(() -> assertThat(heard).hasSameSizeAs(expected));
    assertThat(heard).isEqualTo(expected);
  }

  @Test
  void several_readers_of_different_speed_each_hear_everything() {
    List<String> quick = new CopyOnWriteArrayList<>();
    Events.Feed other = feeds.subscribe(null, null, event -> true);
    other.handler(event -> quick.add(event.action())).resume();
    Events.Feed slow = subscribe(null, null);
    IntStream.range(0, 1500).forEach(i -> happens("e" + i));
    await().untilAsserted(() -> assertThat(quick).hasSize(1500));
    assertThat(heard).isEmpty();
    slow.resume();
    await().untilAsserted(() -> assertThat(heard).isEqualTo(quick));
  }

  @Test
  void with_an_end_in_the_past_the_feed_ends_after_what_is_kept() {
    EngineEvent first = happens("first");
    EngineEvent second = happens("second");
    happens("third");
    subscribe(first.timeNano(), second.timeNano()).resume();
    await().untilAsserted(() -> assertThat(heard).contains("END"));
    assertThat(heard).startsWith("first", "second").endsWith("END");
    assertThat(feeds.size()).isZero();
  }

  @Test
  void with_an_end_in_the_future_the_feed_ends_when_it_has_come() {
    long now = happens("now").timeNano();
    subscribe(now, now + 200_000_000L).resume();
    await().untilAsserted(() -> assertThat(heard).containsExactly("now"));
    await().untilAsserted(() -> assertThat(heard).containsExactly("now", "END"));
  }

  @Test
  void without_any_event_yet_the_past_is_empty_and_the_future_heard() {
    subscribe(0L, null).resume();
    happens("first");
    await().untilAsserted(() -> assertThat(heard).containsExactly("first"));
  }

  @Test
  void a_cancelled_feed_hears_nothing_and_is_forgotten() {
    Events.Feed feed = subscribe(null, null);
    feed.resume();
    feed.cancel();
    happens("after");
    assertThat(feeds.size()).isZero();
    assertThat(heard).isEmpty();
  }

  @Test
  void feeds_end_when_the_verticle_is_undeployed() {
    subscribe(null, null).resume();
    vertx.undeploy(deployment).await();
    await().untilAsserted(() -> assertThat(heard).containsExactly("END"));
  }

  @Test
  void what_happens_while_nothing_is_found_in_the_past_is_heard() {
    happens("long ago");
    List<String> late = new CopyOnWriteArrayList<>();
    EventFeeds looking =
        new EventFeeds(vertx, new Late(journal, () -> happens("now")), blocking, Clock.systemUTC());
    vertx.deployVerticle(new EventVerticle(journal, looking)).await();
    Events.Feed feed = looking.subscribe(happens("before").timeNano() + 1, null, event -> true);
    feed.handler(event -> late.add(event.action())).resume();
    await().untilAsserted(() -> assertThat(late).containsExactly("now"));
  }

  /** A journal in which something happens between a look at it and its answer. */
  private record Late(Journal journal, Runnable meanwhile) implements Journal {
    @Override
    public EngineEvent append(
        EngineEvent.Type type, String action, String actorId, Map<String, String> attributes) {
      return journal.append(type, action, actorId, attributes);
    }

    @Override
    public List<EngineEvent> page(long afterSequence, long sinceNano, int limit) {
      List<EngineEvent> found = journal.page(afterSequence, sinceNano, limit);
      if (found.isEmpty()) {
        meanwhile.run();
      }
      return found;
    }

    @Override
    public long lastSequence() {
      return journal.lastSequence();
    }

    @Override
    public AutoCloseable listen(Consumer<EngineEvent> listener) {
      return journal.listen(listener);
    }
  }
}
