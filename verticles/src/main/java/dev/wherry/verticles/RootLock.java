package dev.wherry.verticles;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a second daemon away from a data root for as long as this process lives. */
final class RootLock implements AutoCloseable {
  private static final String FILE = "lock";

  private final FileChannel channel;

  private RootLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws EngineException.Unavailable if another daemon has it
   */
  static RootLock take(Path dataRoot) {
    Path file = dataRoot.resolve(FILE);
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (isLocked(channel)) {
        return new RootLock(channel);
      }
      channel.close();
    } catch (IOException e) {
      throw new EngineException.Internal(file + ": " + e.getMessage(), e);
    }
    throw new EngineException.Unavailable(
        "the data root " + dataRoot + " is in use by another daemon");
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // By another engine in this process.
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
