package dev.wherry.verticles.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.log.LogReader;
import dev.wherry.engine.log.LogReader.Stream;
import dev.wherry.verticles.container.Samples.Options;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogsTest {
  private final ContainerFixture fixture = new ContainerFixture().deploy();
  private final FakeLog log = fixture.logs.log;
  private final List<String> heard = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    fixture.close();
  }

  private Containers.LogStream open(boolean follow, boolean timestamps, Instant until) {
    LogReader.Selection selection = new LogReader.Selection(true, true, null, until, -1);
    Containers.LogStream stream =
        fixture.get(
            () ->
                fixture.containers.logs("a", new LogRequest(selection, follow, timestamps, false)));
    stream
        .handler(chunk -> heard.add(chunk.stream() + ":" + chunk.data()))
        .endHandler(ignored -> heard.add("end"));
    return stream;
  }

  private Containers.LogStream open(boolean follow) {
    return open(follow, false, null);
  }

  @Test
  void a_log_is_read_to_its_end() {
    fixture.running("a", Options.PLAIN);
    log.write(Stream.STDOUT, "one\n");
    log.write(Stream.STDERR, "two\n");
    open(false).resume();
    await().until(() -> heard.contains("end"));
    assertThat(heard).containsExactly("STDOUT:one\n", "STDERR:two\n", "end");
    await().until(() -> log.open.get() == 0);
  }

  @Test
  void a_followed_log_goes_on_until_the_container_ends() {
    fixture.running("a", Options.PLAIN);
    log.write(Stream.STDOUT, "one\n");
    open(true).resume();
    await().until(() -> heard.size() == 1);
    log.write(Stream.STDOUT, "two\n");
    await().until(() -> heard.size() == 2);
    fixture.engine.ends("a", 0);
    await().until(() -> heard.contains("end"));
    assertThat(heard).containsExactly("STDOUT:one\n", "STDOUT:two\n", "end");
    await().until(() -> log.open.get() == 0 && log.watchers() == 0);
  }

  @Test
  void following_one_that_does_not_run_ends_at_the_end_of_the_log() {
    fixture.create("a", Options.PLAIN);
    log.write(Stream.STDOUT, "one\n");
    open(true).resume();
    await().until(() -> heard.contains("end"));
  }

  @Test
  void a_slow_reader_gets_everything_and_holds_the_reading_back() {
    fixture.running("a", Options.PLAIN);
    String line = "x".repeat(9_999) + "\n";
    IntStream.range(0, 1000).forEach(i -> log.write(Stream.STDOUT, line));
    Containers.LogStream stream = open(false);
    stream.fetch(1);
    await().until(() -> heard.size() == 1);
    stream.resume();
    await().until(() -> heard.contains("end"));
    assertThat(heard).hasSize(1001);
  }

  @Test
  void a_cancelled_log_is_closed_and_tells_nothing_more() {
    fixture.running("a", Options.PLAIN);
    log.write(Stream.STDOUT, "one\n");
    Containers.LogStream stream = open(true);
    stream.resume();
    await().until(() -> heard.size() == 1);
    stream.cancel();
    await().until(() -> log.open.get() == 0 && log.watchers() == 0);
    log.write(Stream.STDOUT, "two\n");
    fixture.engine.ends("a", 0);
    fixture.awaitStatus("a", "exited");
    assertThat(heard).containsExactly("STDOUT:one\n");
  }

  @Test
  void time_stamps_begin_lines_and_not_the_pieces_of_one() {
    fixture.running("a", Options.PLAIN);
    log.write(Stream.STDOUT, "begins ");
    log.write(Stream.STDERR, "between\n");
    log.write(Stream.STDOUT, "ends\n");
    open(false, true, null).resume();
    await().until(() -> heard.contains("end"));
    assertThat(heard)
        .containsExactly(
            "STDOUT:2026-01-02T03:04:05.000000006Z begins ",
            "STDERR:2026-01-02T03:04:05.000000006Z between\n",
            "STDOUT:ends\n",
            "end");
  }

  @Test
  void following_ends_at_the_time_given() {
    fixture.running("a", Options.PLAIN);
    log.write(Stream.STDOUT, "one\n");
    open(true, false, Instant.now().plusSeconds(60)).resume();
    await().until(() -> heard.size() == 1);
    fixture.timers.advance(java.time.Duration.ofSeconds(61));
    await().until(() -> heard.contains("end"));
  }
}
