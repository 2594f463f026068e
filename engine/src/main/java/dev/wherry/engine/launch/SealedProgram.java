package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A runtime's program in memory, sealed against writing. Each crun first makes such a copy of
 * itself and executes that, so that no container can reach the file (CVE-2019-5736); one that runs
 * from a sealed copy does not, which saves a third of an exec.
 */
final class SealedProgram implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SealedProgram.class);

  private final Processes processes;
  private final Path file;
  private @Nullable Copy copy;

  /**
   * @param file the program's, read again when it was replaced
   */
  SealedProgram(Processes processes, Path file) {
    this.processes = processes;
    this.file = file;
  }

  private record Copy(Fd memory, Object version) {}

  /** Where it can be executed for as long as this process lives; the file itself without a copy. */
  synchronized Path path() {
    try {
      Object version = version();
      if (copy == null || !copy.version().equals(version)) {
        close();
        copy = new Copy(processes.sealedCopy(file), version);
      }
      return Path.of("/proc/%d/fd/%d".formatted(processes.getpid(), copy.memory().number()));
    } catch (LinuxException e) {
      LOG.debug("{} runs from its file", file, e);
      return file;
    } catch (IOException e) {
      throw new EngineException.Internal("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private Object version() throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return attributes.fileKey() + " " + attributes.lastModifiedTime() + " " + attributes.size();
  }

  @Override
  public synchronized void close() {
    if (copy != null) {
      copy.memory().close();
      copy = null;
    }
  }
}
