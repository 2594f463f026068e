package dev.wherry.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.linux.ResidentMemory.Mapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ResidentMemoryTest {
  private static final String CODE = "7f0000-7f8000 r-xp 00000000 fe:00 12    /usr/lib/libjvm.so";

  private static List<String> mapping(String header, int resident, int anonymous) {
    return List.of(
        header,
        "Size:              99999 kB",
        "Rss:          " + resident + " kB",
        "Anonymous:       " + anonymous + " kB",
        "VmFlags: rd ex mr mw me");
  }

  private static List<Mapping> unchanged(String header, int resident, int anonymous) {
    return ResidentMemory.unchanged(mapping(header, resident, anonymous));
  }

  @Test
  void code_and_constants_that_differ_in_nothing_from_their_file_are_picked() {
    assertThat(unchanged(CODE, 4000, 0)).containsExactly(new Mapping(0x7f0000, 0x7f8000, 4000));
    assertThat(unchanged(CODE.replace("r-xp", "r--p"), 4000, 0)).hasSize(1);
  }

  @Test
  void what_was_ever_written_is_left_alone() {
    assertThat(unchanged(CODE, 4000, 4)).isEmpty();
    assertThat(unchanged(CODE.replace("r-xp", "rw-p"), 4000, 0)).isEmpty();
    assertThat(unchanged(CODE.replace("r-xp", "rwxp"), 4000, 0)).isEmpty();
  }

  @Test
  void what_is_shared_small_or_no_file_is_left_alone() {
    assertThat(unchanged(CODE.replace("r-xp", "r--s"), 4000, 0)).isEmpty();
    assertThat(unchanged(CODE, 1000, 0)).isEmpty();
    assertThat(unchanged("7f0000-7f8000 r-xp 00000000 00:00 0    [vdso]", 4000, 0)).isEmpty();
    assertThat(unchanged("7f0000-7f8000 r--p 00000000 00:00 0", 4000, 0)).isEmpty();
  }

  @Test
  @Tag("kernel")
  void memory_given_back_is_gone_and_the_process_goes_on() throws Exception {
    long before = resident();
    long given = new ResidentMemory().giveBack();
    assertThat(given).isPositive();
    assertThat(resident()).isLessThan(before);
  }

  private static long resident() throws Exception {
    return ResidentMemory.unchanged(Files.readAllLines(Path.of("/proc/self/smaps"))).stream()
        .mapToLong(Mapping::kibibytes)
        .sum();
  }
}
