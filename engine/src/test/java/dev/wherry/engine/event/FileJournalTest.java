package dev.wherry.engine.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileJournalTest {
  private static final FileJournal.Limits SMALL = new FileJournal.Limits(1000, 3, 4);

  @TempDir Path directory;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00.000000001Z"));
  private final Clock clock = new SettableClock(now);
  private FileJournal journal;

  @AfterEach
  void close_it() {
    if (journal != null) {
      journal.close();
    }
  }

  private void open() {
    close_it();
    journal = new FileJournal(directory, SMALL, clock);
  }

  private EngineEvent append(String action) {
    now.updateAndGet(time -> time.plusNanos(10));
    return journal.append(EngineEvent.Type.CONTAINER, action, "id", Map.of("name", "n"));
  }

  private List<String> actions() {
    return journal.page(0, 0, Integer.MAX_VALUE).stream().map(EngineEvent::action).toList();
  }

  @Test
  void events_are_numbered_and_found_by_time() {
    open();
    EngineEvent a = append("create");
    EngineEvent b = append("start");
    EngineEvent c = append("die");
    assertThat(List.of(a.sequence(), b.sequence(), c.sequence())).containsExactly(1L, 2L, 3L);
    assertThat(journal.page(0, a.timeNano(), 2)).containsExactly(a, b);
    assertThat(journal.page(0, b.timeNano() + 1, 9)).containsExactly(c);
  }

  @Test
  void events_and_their_numbering_survive_a_restart() {
    open();
    EngineEvent a = append("create");
    open();
    EngineEvent b = append("start");
    assertThat(b.sequence()).isEqualTo(2);
    assertThat(journal.page(0, 0, 9)).containsExactly(a, b);
  }

  @Test
  void events_no_longer_in_memory_are_read_from_disk() {
    open();
    for (int i = 1; i <= 9; i++) {
      append("a" + i);
    }
    assertThat(actions()).hasSize(9).startsWith("a1").endsWith("a9");
  }

  @Test
  void paging_by_sequence_gives_every_kept_event_once_across_disk_and_memory() {
    open();
    for (int i = 1; i <= 40; i++) {
      append("a" + i);
    }
    List<EngineEvent> paged = new ArrayList<>();
    for (List<EngineEvent> page = journal.page(0, 0, 3);
        !page.isEmpty();
        page = journal.page(page.getLast().sequence(), 0, 3)) {
      assertThat(page.size()).isLessThanOrEqualTo(3);
      paged.addAll(page);
    }
    assertThat(paged).isEqualTo(journal.page(0, 0, Integer.MAX_VALUE));
    assertThat(paged.getLast().sequence()).isEqualTo(journal.lastSequence()).isEqualTo(40);
  }

  @Test
  void the_files_stay_within_their_bound_and_the_oldest_events_go() throws IOException {
    open();
    for (int i = 1; i <= 200; i++) {
      append("a" + i);
    }
    assertThat(actions()).hasSizeBetween(10, 30).endsWith("a200");
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> found = files.toList();
      assertThat(found).hasSize(3).allMatch(file -> file.toFile().length() <= 1000);
    }
  }

  @Test
  void a_torn_last_line_is_cut_off_and_its_number_given_again() throws IOException {
    open();
    append("create");
    Path file = newestFile();
    Files.writeString(file, "{\"sequence\":2,\"type\":\"CONT", StandardOpenOption.APPEND);
    open();
    EngineEvent next = append("start");
    assertThat(next.sequence()).isEqualTo(2);
    open();
    assertThat(actions()).containsExactly("create", "start");
  }

  @Test
  void an_unreadable_line_in_the_middle_is_left_out() throws IOException {
    open();
    append("create");
    Files.writeString(newestFile(), "\u0000\u0000\u0000\n", StandardOpenOption.APPEND);
    open();
    append("start");
    open();
    assertThat(actions()).containsExactly("create", "start");
  }

  @Test
  void listeners_hear_every_event_in_order_until_they_are_closed() throws Exception {
    open();
    List<String> heard = new ArrayList<>();
    AutoCloseable first = journal.listen(event -> heard.add("1" + event.action()));
    journal.listen(event -> heard.add("2" + event.action()));
    append("a");
    first.close();
    append("b");
    assertThat(heard).containsExactly("1a", "2a", "2b");
  }

  @Test
  void a_listener_that_fails_harms_nobody_else() {
    open();
    List<String> heard = new ArrayList<>();
    journal.listen(
        event -> {
          throw new IllegalStateException("on purpose");
        });
    journal.listen(event -> heard.add(event.action()));
    append("a");
    assertThat(heard).containsExactly("a");
  }

  @Test
  void a_clock_set_back_does_not_disorder_the_journal() {
    open();
    EngineEvent a = append("a");
    now.set(Instant.EPOCH);
    EngineEvent b = append("b");
    assertThat(b.timeNano()).isEqualTo(a.timeNano());
    assertThat(journal.page(0, a.timeNano(), 9)).containsExactly(a, b);
  }

  private Path newestFile() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList().getLast();
    }
  }
}
