package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** The directory in which conmon leaves exit codes, one file per container, put there by rename. */
public final class ExitFiles {
  private final Path directory;

  public ExitFiles(Path directory) {
    this.directory = directory;
  }

  /**
   * How a container ended, if its supervisor has noted it.
   *
   * @throws EngineException.Internal if the file holds something else
   */
  public Optional<Exit> read(String id) {
    Path file = directory.resolve(id);
    try {
      int code = Integer.parseInt(Files.readString(file).strip());
      return Optional.of(new Exit(code, Files.getLastModifiedTime(file).toInstant()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | NumberFormatException e) {
      throw new EngineException.Internal("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Forgets it, as before a new start; nothing happens if there is none. */
  public void delete(String id) {
    try {
      Files.deleteIfExists(directory.resolve(id));
    } catch (IOException e) {
      throw new EngineException.Internal("cannot delete an exit file: " + e.getMessage(), e);
    }
  }

  /**
   * @param code exit code, or 128 and the signal
   */
  public record Exit(int code, Instant time) {}
}
