package dev.wherry.verticles;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** The name that a data root keeps for good, shown as the engine's id. */
final class EngineIdentity {
  private static final String FILE = "engine-id";

  private EngineIdentity() {}

  /** Reads the id, or makes one. */
  static String of(Path dataRoot) {
    Path file = dataRoot.resolve(FILE);
    try {
      try {
        return UUID.fromString(Files.readString(file, UTF_8).strip()).toString();
      } catch (NoSuchFileException | IllegalArgumentException e) {
        String id = UUID.randomUUID().toString();
        Path fresh = dataRoot.resolve(FILE + ".new");
        Files.writeString(fresh, id + "\n", UTF_8);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        return id;
      }
    } catch (IOException e) {
      throw new EngineException.Internal(file + ": " + e.getMessage(), e);
    }
  }
}
