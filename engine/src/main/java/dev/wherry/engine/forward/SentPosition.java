package dev.wherry.engine.forward;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * How far a log has been sent.
 *
 * @param time of the last entry that was
 * @param entries how many of that time were
 */
record SentPosition(Instant time, int entries) {
  static final SentPosition START = new SentPosition(Instant.EPOCH, 0);

  /** After one more entry. */
  SentPosition after(Instant entry) {
    return new SentPosition(entry, entry.equals(time) ? entries + 1 : 1);
  }

  /** The start if nothing is known. */
  static SentPosition read(Path file) throws IOException {
    try {
      String[] words = Files.readString(file).strip().split(" ", -1);
      return new SentPosition(Instant.parse(words[0]), Integer.parseInt(words[1]));
    } catch (NoSuchFileException | DateTimeException | IndexOutOfBoundsException e) {
      return START;
    }
  }

  void write(Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(part, time + " " + entries + "\n");
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
