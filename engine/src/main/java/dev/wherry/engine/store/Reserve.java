package dev.wherry.engine.store;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Room on a disk that is kept back for when there is no other. Thread-safe. */
final class Reserve {
  private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);
  private static final int BYTES = 256 * 1024;

  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean full;

  /**
   * @param file what takes up the room, in a directory that need not be there yet
   */
  Reserve(Path file) {
    this.file = file;
  }

  /** Gives the room away; whether there was any. */
  boolean release() throws IOException {
    lock.lock();
    try {
      full = false;
      boolean released = Files.deleteIfExists(file);
      if (released) {
        LOG.warn("{} is given up, because the disk seems to be full", file);
      }
      return released;
    } finally {
      lock.unlock();
    }
  }

  /** Takes up the room that is missing, or as much of it as there is. */
  void fill() {
    lock.lock();
    try {
      if (!full) {
        full = write();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean write() {
    try (FileChannel channel = FileChannel.open(file, Set.of(CREATE, WRITE))) {
      ByteBuffer room = ByteBuffer.allocate((int) Math.max(0, BYTES - channel.size()));
      channel.position(channel.size());
      while (room.hasRemaining()) {
        channel.write(room);
      }
      return true;
    } catch (IOException e) {
      LOG.debug("{} can't be filled: {}", file, e.getMessage());
      return false;
    }
  }
}
