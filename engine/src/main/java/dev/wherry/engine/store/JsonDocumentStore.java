package dev.wherry.engine.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory with one JSON file per key. A document is written to a temporary file, which is put
 * on disk with fsync(2) and then renamed over the old one; the directory is synchronised where a
 * name came or went. The choice is argued in {@code docs/decisions/metadata-store.md}.
 *
 * <p>To replace a document takes room for both for a moment. Some is kept back for that, so that on
 * a full disk states still change and things can be removed.
 *
 * <p>Keys are file names: they start with a letter or digit and go on with letters, digits, {@code
 * _}, {@code .} and {@code -}, 240 characters at most.
 *
 * @param <T> the documents' type, mapped by {@link Json}
 */
public final class JsonDocumentStore<T> implements DocumentStore<T> {
  private static final Logger LOG = LoggerFactory.getLogger(JsonDocumentStore.class);
  private static final Pattern KEY = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,239}");
  private static final String SUFFIX = ".json";
  private static final String TEMPORARY = ".tmp";
  private static final String DAMAGED = ".damaged";

  private final Path directory;
  private final Class<T> type;

  private final Reserve reserve;

  /** Keys that have a file, so that a replacement need not synchronise the directory. */
  private final Set<String> present = ConcurrentHashMap.newKeySet();

  /**
   * Opens the store, making its directory if need be.
   *
   * @throws EngineException.Internal if the directory can't be made
   */
  public JsonDocumentStore(Path directory, Class<T> type) {
    this.directory = directory;
    this.type = type;
    this.reserve = new Reserve(directory.resolve("reserve"));
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new EngineException.Internal("make " + directory + ": " + e.getMessage(), e);
    }
    reserve.fill();
  }

  @Override
  public Map<String, T> loadAll() {
    Map<String, T> documents = new LinkedHashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(TEMPORARY)) {
          Files.delete(file);
        } else if (name.endsWith(SUFFIX)) {
          load(file, name.substring(0, name.length() - SUFFIX.length()), documents);
        }
      }
    } catch (IOException e) {
      throw new EngineException.Internal("read " + directory + ": " + e.getMessage(), e);
    }
    return documents;
  }

  private void load(Path file, String key, Map<String, T> documents) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try {
      documents.put(key, Json.mapper().readValue(bytes, type));
      present.add(key);
    } catch (IOException e) {
      Path aside = directory.resolve(key + DAMAGED);
      LOG.error("{} is damaged and set aside as {}: {}", file, aside, e.getMessage());
      Files.move(file, aside, ATOMIC_MOVE);
    }
  }

  @Override
  public void put(String key, T document) {
    Path file = file(key);
    Path temporary = directory.resolve(key + TEMPORARY);
    try {
      byte[] content = Json.mapper().writeValueAsBytes(document);
      try {
        write(temporary, content);
      } catch (IOException e) {
        // Often the disk is full, and what would make room is just this change.
        if (!present.contains(key) || !reserve.release()) {
          throw e;
        }
        write(temporary, content);
      }
      Files.move(temporary, file, ATOMIC_MOVE);
      if (present.add(key)) {
        syncDirectory();
      }
    } catch (IOException e) {
      throw failedWrite(file, temporary, e);
    }
    reserve.fill();
  }

  private static EngineException failedWrite(Path file, Path temporary, IOException cause) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    return new EngineException.Internal("write " + file + ": " + cause.getMessage(), cause);
  }

  private static void write(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(CREATE, TRUNCATE_EXISTING, WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(false);
    }
  }

  @Override
  public void delete(String key) {
    Path file = file(key);
    try {
      present.remove(key);
      if (Files.deleteIfExists(file)) {
        syncDirectory();
      }
      reserve.fill();
    } catch (IOException e) {
      throw new EngineException.Internal("delete " + file + ": " + e.getMessage(), e);
    }
  }

  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    }
  }

  private Path file(String key) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException("no key for a document: " + key);
    }
    return directory.resolve(key + SUFFIX);
  }
}
