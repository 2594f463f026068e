package dev.wherry.engine.cgroup;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import java.nio.file.Files;
import java.nio.file.Path;

/** Values on their way into a group's files; all of them get there or none. */
final class LimitWrites {
  private final Undo undo = new Undo();

  /**
   * Writes one value.
   *
   * @throws EngineException.Internal if the kernel refuses it; what was written before is as it was
   *     then
   */
  void write(Path file, String value) {
    String before;
    try {
      before = CgroupFiles.text(file);
      CgroupFiles.write(file, value);
    } catch (EngineException e) {
      undo.run(e);
      throw e;
    }
    // A list that was empty is emptied by a line without anything on it.
    undo.add(() -> CgroupFiles.write(file, before.isEmpty() ? "\n" : before));
  }

  /** Puts back all that was written. */
  Undo undo() {
    return undo;
  }

  /** The first of some files that exists; a kernel without any refuses the first. */
  static Path firstOf(Path... files) {
    for (Path file : files) {
      if (Files.exists(file)) {
        return file;
      }
    }
    return files[0];
  }
}
