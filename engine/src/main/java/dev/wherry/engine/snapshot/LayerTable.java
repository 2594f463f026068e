package dev.wherry.engine.snapshot;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.store.Json;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The committed layers: on disk, in memory, and kept while something stands on them. */
final class LayerTable {
  /** Stands for "no parent" wherever a chain id is written down. */
  static final String NONE = "none";

  private static final Logger LOG = LoggerFactory.getLogger(LayerTable.class);
  private static final int PRIVATE = 0700;
  private static final int OPEN = 0755;
  private static final String EMPTY_INIT = "empty-init";

  /** What is on disk of a layer: {@code link} is its short name. */
  record Stored(CommittedLayer layer, String link) {}

  private final OverlayDirectories directories;
  private final Paths paths;
  private final IdMapping ids;
  private final Map<String, Stored> stored = new ConcurrentHashMap<>();

  /** Layers nobody asks for any more, kept for what stands on them. */
  private final Map<String, Stored> orphans = new ConcurrentHashMap<>();

  private final Reaper reaper;
  private final ReentrantLock lock = new ReentrantLock();

  LayerTable(OverlayDirectories directories, Paths paths, IdMapping ids, Reaper reaper) {
    this.directories = directories;
    this.paths = paths;
    this.ids = ids;
    this.reaper = reaper;
    try {
      readAll();
      makeLinks();
    } catch (IOException e) {
      throw OverlaySnapshotter.failure("read " + directories.layers(), e);
    }
  }

  static String randomName() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }

  private void readAll() throws IOException {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directories.layers())) {
      for (Path directory : found) {
        Stored layer = read(directory);
        if (layer == null) {
          paths.removeTree(directory);
        } else if (Files.exists(directory.resolve(OverlayDirectories.ORPHAN))) {
          orphans.put(layer.layer().chainId(), layer);
        } else {
          stored.put(layer.layer().chainId(), layer);
        }
      }
    }
  }

  private static @Nullable Stored read(Path directory) throws IOException {
    Path document = directory.resolve(OverlayDirectories.LAYER_DOCUMENT);
    try {
      return Json.mapper().readValue(Files.readAllBytes(document), Stored.class);
    } catch (JsonProcessingException | NoSuchFileException e) {
      LOG.error("the layer {} is damaged and dropped: {}", directory, e.getMessage());
      return null;
    }
  }

  /** Puts the short names right: some may be missing, some may lead nowhere. */
  private void makeLinks() throws IOException {
    try (DirectoryStream<Path> links = Files.newDirectoryStream(directories.links())) {
      for (Path link : links) {
        if (!Files.exists(link)) {
          Files.delete(link);
        }
      }
    }
    for (Map<String, Stored> table : List.of(stored, orphans)) {
      for (Stored layer : table.values()) {
        link(layer.link(), layer.layer().chainId(), OverlayDirectories.DIFF);
        if (Files.exists(initPlace(layer.layer().chainId()))) {
          link(initName(layer), layer.layer().chainId(), OverlayDirectories.INIT);
        }
      }
    }
  }

  private void link(String name, String chainId, String what) throws IOException {
    Path link = directories.links().resolve(name);
    if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
      Files.createSymbolicLink(
          link, directories.links().relativize(directories.layer(chainId).resolve(what)));
    }
  }

  private static String initName(Stored layer) {
    return layer.link() + "-" + OverlayDirectories.INIT;
  }

  Optional<CommittedLayer> find(String chainId) {
    return Optional.ofNullable(stored.get(chainId)).map(Stored::layer);
  }

  List<CommittedLayer> all() {
    return stored.values().stream().map(Stored::layer).toList();
  }

  /** A layer that is asked for, not one that is merely kept. */
  CommittedLayer get(String chainId) {
    return find(chainId).orElseThrow(() -> missing(chainId));
  }

  private Stored kept(String chainId) {
    Stored layer = stored.get(chainId);
    if (layer == null) {
      layer = orphans.get(chainId);
    }
    if (layer == null) {
      throw missing(chainId);
    }
    return layer;
  }

  private static EngineException missing(String chainId) {
    return new EngineException.NotFound("layer " + chainId + " does not exist");
  }

  /** A layer and all below it, the uppermost first. */
  private List<Stored> chain(String chainId) {
    List<Stored> chain = new ArrayList<>();
    String next = chainId.equals(NONE) ? null : chainId;
    while (next != null) {
      Stored layer = kept(next);
      chain.add(layer);
      next = layer.layer().parent();
    }
    return chain;
  }

  /** The trees of a layer and all below it, the uppermost first. */
  List<Path> diffs(String chainId) {
    return chain(chainId).stream()
        .map(layer -> directories.layer(layer.layer().chainId()))
        .map(directory -> directory.resolve(OverlayDirectories.DIFF))
        .toList();
  }

  /** As {@link #diffs}, by their short names. */
  List<Path> links(String chainId) {
    return chain(chainId).stream().map(layer -> directories.links().resolve(layer.link())).toList();
  }

  /** Where the mount points are that lie on top of a layer. */
  Path initPlace(String chainId) {
    return chainId.equals(NONE)
        ? directories.root().resolve(EMPTY_INIT)
        : directories.layer(chainId).resolve(OverlayDirectories.INIT);
  }

  /**
   * The short name of the mount points on top of a layer.
   *
   * @param builder makes them from the lower layers, at a place, if they are not there
   */
  Path initLink(String chainId, BiConsumer<List<Path>, Path> builder) {
    Path place = initPlace(chainId);
    lock.lock();
    try {
      if (chainId.equals(NONE)) {
        if (!Files.exists(place)) {
          builder.accept(List.of(), place);
        }
        return place;
      }
      Stored layer = kept(chainId);
      if (!Files.exists(place)) {
        builder.accept(links(chainId), place);
      }
      link(initName(layer), chainId, OverlayDirectories.INIT);
      return directories.links().resolve(initName(layer));
    } catch (IOException e) {
      throw OverlaySnapshotter.failure("make " + place, e);
    } finally {
      lock.unlock();
    }
  }

  Snapshotter.Extraction extract() {
    Path staged = directories.stagedLayers().resolve(randomName());
    paths.mkdir(staged, PRIVATE);
    paths.mkdir(staged.resolve(OverlayDirectories.DIFF), OPEN);
    paths.chmod(staged.resolve(OverlayDirectories.DIFF), OPEN);
    ids.own(paths, staged.resolve(OverlayDirectories.DIFF));
    paths.mkdir(staged.resolve(OverlayDirectories.ATTIC), PRIVATE);
    return new StagedLayer(staged, paths, this::commit);
  }

  /** Gives a staged layer its place; whether it was needed. */
  private boolean commit(Path staged, CommittedLayer layer) {
    String chainId = layer.chainId();
    lock.lock();
    try {
      String parent = layer.parent();
      if (parent != null && !stored.containsKey(parent)) {
        throw missing(parent);
      }
      if (stored.containsKey(chainId)) {
        return false;
      }
      Stored orphan = orphans.get(chainId);
      if (orphan != null) {
        Files.delete(directories.layer(chainId).resolve(OverlayDirectories.ORPHAN));
        orphans.remove(chainId);
        stored.put(chainId, orphan);
        return false;
      }
      Stored made = new Stored(layer, randomName());
      Files.write(
          staged.resolve(OverlayDirectories.LAYER_DOCUMENT), Json.mapper().writeValueAsBytes(made));
      link(made.link(), chainId, OverlayDirectories.DIFF);
      Files.move(staged, directories.layer(chainId));
      stored.put(chainId, made);
      return true;
    } catch (IOException e) {
      throw OverlaySnapshotter.failure("commit layer " + chainId, e);
    } finally {
      lock.unlock();
    }
  }

  /** Gives up a layer; see {@link Snapshotter#removeCommitted}. */
  boolean remove(String chainId, Collection<String> activeParents) {
    lock.lock();
    try {
      Stored layer = stored.remove(chainId);
      if (layer == null) {
        return true;
      }
      orphans.put(chainId, layer);
      if (isStoodOn(chainId, activeParents)) {
        Files.createFile(directories.layer(chainId).resolve(OverlayDirectories.ORPHAN));
        return false;
      }
    } catch (IOException e) {
      throw OverlaySnapshotter.failure("remove layer " + chainId, e);
    } finally {
      lock.unlock();
    }
    released(chainId, activeParents);
    return true;
  }

  /** Something that stood on a layer is gone: it and those below go too if nobody needs them. */
  void released(String chainId, Collection<String> activeParents) {
    lock.lock();
    try {
      String next = chainId;
      Stored layer = orphans.get(next);
      while (layer != null && !isStoodOn(next, activeParents)) {
        reaper.delete(directories.layer(next));
        Files.deleteIfExists(directories.links().resolve(layer.link()));
        Files.deleteIfExists(directories.links().resolve(initName(layer)));
        orphans.remove(next);
        next = layer.layer().parent() == null ? NONE : layer.layer().parent();
        layer = orphans.get(next);
      }
    } catch (IOException e) {
      throw OverlaySnapshotter.failure("remove layer " + chainId, e);
    } finally {
      lock.unlock();
    }
  }

  void removeUnusedOrphans(Collection<String> activeParents) {
    for (String chainId : List.copyOf(orphans.keySet())) {
      released(chainId, activeParents);
    }
  }

  private boolean isStoodOn(String chainId, Collection<String> activeParents) {
    return activeParents.contains(chainId)
        || stored.values().stream().anyMatch(s -> chainId.equals(s.layer().parent()))
        || orphans.values().stream().anyMatch(s -> chainId.equals(s.layer().parent()));
  }
}
