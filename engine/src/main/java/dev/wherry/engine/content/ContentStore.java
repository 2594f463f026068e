package dev.wherry.engine.content;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.wherry.engine.error.EngineException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Blobs on disk, each in a file named for its SHA-256 (OCI image-layout, {@code blobs/sha256}). A
 * blob is written to a temporary file, verified, put on disk and renamed, so that what is there is
 * whole. Blocking, thread-safe.
 */
public final class ContentStore {
  private static final int BUFFER = 64 * 1024;

  private final Path blobs;
  private final Path temporary;

  /**
   * Opens the store, making its directories if need be, and removes what was interrupted.
   *
   * @throws EngineException.Internal if that fails
   */
  public ContentStore(Path directory) {
    this.blobs = directory.resolve("blobs").resolve("sha256");
    this.temporary = directory.resolve("ingest");
    var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    try {
      Files.createDirectories(blobs, owner);
      Files.createDirectories(temporary, owner);
      try (DirectoryStream<Path> left = Files.newDirectoryStream(temporary)) {
        for (Path file : left) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new EngineException.Internal("open " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Stores these bytes and returns their digest; on disk when it returns. */
  public Digest put(byte[] content) throws IOException {
    Digest digest = Digest.sha256(content);
    put(new ByteArrayInputStream(content), digest);
    return digest;
  }

  /**
   * Stores all that a stream gives.
   *
   * @throws IOException if it has another digest; nothing is stored then
   */
  public void put(InputStream content, Digest expected) throws IOException {
    Path blob = path(expected);
    if (Files.exists(blob)) {
      content.transferTo(java.io.OutputStream.nullOutputStream());
      return;
    }
    Path file = temporary.resolve(UUID.randomUUID().toString());
    try {
      DigestStream hashed = new DigestStream(content);
      write(hashed, file);
      Digest actual = hashed.digest();
      if (!actual.equals(expected)) {
        throw new IOException("content has digest " + actual + ", not " + expected);
      }
      Files.move(file, blob, ATOMIC_MOVE);
      syncDirectory();
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static void write(InputStream content, Path file) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(CREATE_NEW, WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      channel.force(false);
    }
  }

  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(blobs, READ)) {
      channel.force(true);
    }
  }

  /**
   * A small blob's bytes.
   *
   * @throws NoSuchFileException if it is not there
   * @throws IOException if it can't be read or is damaged
   */
  public byte[] read(Digest digest) throws IOException {
    byte[] content = Files.readAllBytes(path(digest));
    Digest actual = Digest.sha256(content);
    if (!actual.equals(digest)) {
      throw new IOException("the stored content of " + digest + " is damaged");
    }
    return content;
  }

  /** All blobs. */
  public List<Digest> list() throws IOException {
    List<Digest> all = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(blobs)) {
      for (Path file : files) {
        String text = "sha256:" + file.getFileName();
        if (Digest.isDigest(text)) {
          all.add(Digest.parse(text));
        }
      }
    }
    return all;
  }

  /** Removes a blob; nothing happens if there is none. */
  public void delete(Digest digest) throws IOException {
    Files.deleteIfExists(path(digest));
  }

  private Path path(Digest digest) {
    if (!digest.algorithm().equals("sha256") || !Digest.isDigest(digest.toString())) {
      throw new EngineException.InvalidParameter("unsupported digest algorithm: " + digest);
    }
    return blobs.resolve(digest.hex());
  }
}
