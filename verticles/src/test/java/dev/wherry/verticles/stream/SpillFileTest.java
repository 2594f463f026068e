package dev.wherry.verticles.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpillFileTest {
  private @TempDir Path directory;

  private static StdioChunk chunk(int number) {
    StdStream stream = number % 3 == 0 ? StdStream.STDERR : StdStream.STDOUT;
    return new StdioChunk(stream, Buffer.buffer("number " + number));
  }

  private static List<String> words(List<StdioChunk> chunks) {
    return chunks.stream().map(chunk -> chunk.stream() + " " + chunk.data()).toList();
  }

  @Test
  void chunks_come_back_in_order_through_many_files_and_none_of_them_has_a_name()
      throws IOException {
    List<StdioChunk> all = new ArrayList<>();
    List<StdioChunk> taken = new ArrayList<>();
    try (SpillFile file = new SpillFile(directory, 50)) {
      for (int i = 0; i < 100; i++) {
        StdioChunk chunk = chunk(i);
        all.add(chunk);
        file.append(List.of(chunk));
        if (i % 10 == 0) {
          taken.addAll(file.take(60));
        }
      }
      assertThat(directory).isEmptyDirectory();
      taken.addAll(file.take(Integer.MAX_VALUE));
      assertThat(words(taken)).isEqualTo(words(all));
      assertThat(file.take(1)).isEmpty();
    }
  }
}
