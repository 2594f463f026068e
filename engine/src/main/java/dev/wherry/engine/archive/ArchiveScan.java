package dev.wherry.engine.archive;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.content.DigestStream;
import dev.wherry.engine.files.TarPaths;
import dev.wherry.engine.layer.LayerStager;
import dev.wherry.engine.layer.PendingLayer;
import dev.wherry.engine.tar.Compression;
import dev.wherry.engine.tar.CountingStream;
import dev.wherry.engine.tar.Expansion;
import dev.wherry.engine.tar.ReadAhead;
import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarFormatException;
import dev.wherry.engine.tar.TarReader;
import dev.wherry.engine.tar.TarTap;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads an archive once, from its beginning to its end, before it is known what it means: layers
 * come before the manifest that names them. Whatever looks like a layer is unpacked at once, and
 * whatever looks like JSON is kept; nothing is written to disk twice.
 */
final class ArchiveScan implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  /** The most that JSON documents may take in memory, one and all together. */
  private static final long MAX_DOCUMENT = 8L << 20;

  private static final long MAX_DOCUMENTS = 32L << 20;
  private static final int MAX_LINKS = 10;
  private static final String BLOBS = "blobs/sha256/";
  private static final int SHORT_ID = 12;

  /** Told of work on layers. */
  interface Progress {
    void at(String id, long current, long total);
  }

  private final LayerStager stager;
  private final Predicate<Digest> known;
  private final Progress progress;
  private final Map<String, byte[]> documents = new HashMap<>();
  private final Map<String, ArchivedLayer> layers = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();
  private final CountingStream received;
  private final Expansion expansion;
  private long documentBytes;
  private long layerBytes;

  /**
   * @param archive plain or compressed; not closed here
   * @param known whether a layer with this diff id is in the store
   */
  ArchiveScan(InputStream archive, LayerStager stager, Predicate<Digest> known, Progress progress) {
    this.received = new CountingStream(archive);
    this.expansion = stager.limits().expansion();
    this.stager = stager;
    this.known = known;
    this.progress = progress;
  }

  /** Reads the archive to its end. */
  void read() throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(received, BUFFER);
    Compression compression = Compression.detect(buffered);
    if (compression == Compression.NONE) {
      readAll(new TarReader(buffered, TarTap.NONE));
      return;
    }
    try (ReadAhead plain = new ReadAhead(compression.open(buffered, expansion))) {
      readAll(new TarReader(plain, TarTap.NONE));
    }
  }

  private void readAll(TarReader reader) throws IOException {
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      String path = TarPaths.clean(entry.name());
      switch (entry.type()) {
        case FILE -> readFile(path, entry, reader);
        case SYMLINK -> links.put(path, TarPaths.clean(parent(path) + entry.linkName()));
        case HARDLINK -> links.put(path, TarPaths.clean(entry.linkName()));
        case DIRECTORY, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> {}
      }
    }
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }

  private void readFile(String path, TarEntry entry, TarReader reader) throws IOException {
    BufferedInputStream content = new BufferedInputStream(reader.content(), BUFFER);
    content.mark(BUFFER);
    byte[] start = content.readNBytes(TarReader.BLOCK_SIZE);
    content.reset();
    if (looksLikeJson(start)) {
      if (entry.size() > MAX_DOCUMENT || documentBytes + entry.size() > MAX_DOCUMENTS) {
        throw new TarFormatException("more metadata than an archive of images can have: " + path);
      }
      documentBytes += entry.size();
      documents.put(path, content.readAllBytes());
    } else if (Compression.detect(content) != Compression.NONE
        || TarReader.isHeader(start)
        || (start.length == 0 && (path.startsWith(BLOBS) || path.endsWith(".tar")))) {
      close(layers.put(path, readLayer(path, entry.size(), content)));
      // Bombs within a bomb, each of them small.
      expansion.check(received.count(), layerBytes);
    }
  }

  private static boolean looksLikeJson(byte[] start) {
    for (byte b : start) {
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        return b == '{' || b == '[';
      }
    }
    return false;
  }

  private ArchivedLayer readLayer(String path, long size, InputStream content) throws IOException {
    Digest named = digestInName(path);
    if (named != null && known.test(named)) {
      DigestStream hashed = new DigestStream(content);
      hashed.drain();
      return hashed.digest().equals(named)
          ? new ArchivedLayer.Known(named)
          : new ArchivedLayer.Unusable(path + " is not what its name says");
    }
    String id = shortId(path);
    try {
      PendingLayer layer = stager.stage(content, bytes -> progress.at(id, bytes, size));
      layerBytes += layer.unpacked().archiveSize();
      return new ArchivedLayer.Unpacked(layer);
    } catch (TarFormatException e) {
      // It may be something else that happens to look like a layer. If an image wants it, this is
      // why it can't have it.
      return new ArchivedLayer.Unusable(String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable Digest digestInName(String path) {
    String text = "sha256:" + path.substring(path.lastIndexOf('/') + 1);
    return path.startsWith(BLOBS) && Digest.isDigest(text) ? Digest.parse(text) : null;
  }

  /**
   * What names the layer in its path: {@code ID/layer.tar}, {@code ID.tar}, {@code blobs/../ID}.
   */
  private static String shortId(String path) {
    String name = path.startsWith(BLOBS) ? path.substring(BLOBS.length()) : path;
    int end = Math.min(name.length(), SHORT_ID);
    for (int i = 0; i < end; i++) {
      if (name.charAt(i) == '/' || name.charAt(i) == '.') {
        end = i;
      }
    }
    return name.substring(0, end);
  }

  /** A JSON document by its name in the archive, {@code null} if it has none of that name. */
  byte @Nullable [] document(String path) throws TarFormatException {
    return documents.get(resolve(path));
  }

  /** A layer by its name in the archive. */
  ArchivedLayer layer(String path) throws TarFormatException {
    ArchivedLayer layer = layers.get(resolve(path));
    return layer != null ? layer : new ArchivedLayer.Unusable(path + " is not in the archive");
  }

  boolean has(String path) throws TarFormatException {
    String resolved = resolve(path);
    return documents.containsKey(resolved) || layers.containsKey(resolved);
  }

  static String blob(Digest digest) {
    return "blobs/" + digest.algorithm() + "/" + digest.hex();
  }

  private String resolve(String path) throws TarFormatException {
    String resolved = TarPaths.clean(path);
    Set<String> seen = new HashSet<>();
    String next = links.get(resolved);
    while (next != null) {
      if (!seen.add(next) || seen.size() > MAX_LINKS) {
        throw new TarFormatException("too many links: " + path);
      }
      resolved = next;
      next = links.get(resolved);
    }
    return resolved;
  }

  @Override
  public void close() {
    layers.values().forEach(ArchiveScan::close);
  }

  private static void close(@Nullable ArchivedLayer layer) {
    if (layer instanceof ArchivedLayer.Unpacked(PendingLayer pending)) {
      pending.close();
    }
  }
}
