package dev.wherry.engine.volume;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.files.TreeSize;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Mounts;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.store.DocumentStore;
import dev.wherry.engine.store.Ids;
import dev.wherry.engine.store.JsonDocumentStore;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Volumes as directories {@code NAME/_data} below one root, each with a document beside them.
 *
 * <p>The directory is what counts. A document without one is what an interrupted removal left and
 * goes at the next start; a directory without one keeps its files and becomes a plain volume again,
 * so that no loss of a document can cost anybody's data.
 */
public final class LocalVolumeStore implements VolumeStore {
  private static final Logger LOG = LoggerFactory.getLogger(LocalVolumeStore.class);

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");
  private static final String ALLOWED = "[a-zA-Z0-9][a-zA-Z0-9_.-]";
  private static final String DATA = "_data";
  private static final String REMOVED = ".removed-";

  private static final String ANONYMOUS = "com.docker.volume.anonymous";

  /** What a document can be called: NAME_MAX of linux/limits.h with room for what it ends with. */
  private static final int MAX_NAME = 240;

  private static final int VOLUME_MODE = 0701;
  private static final int DATA_MODE = 0755;

  private final Path root;
  private final Paths paths;
  private final IdMapping ids;
  private final VolumeMounts mounts;
  private final DocumentStore<Volume> documents;
  private final Map<String, Volume> volumes = new ConcurrentHashMap<>();

  /**
   * Opens the store and puts right what a crash left.
   *
   * @param root holds the volumes' directories; made if missing
   * @param metadata holds their documents; made if missing
   * @param ids whom new volumes belong to on disk
   */
  public LocalVolumeStore(Path root, Path metadata, Paths paths, Mounts mounts, IdMapping ids) {
    this.root = root;
    this.paths = paths;
    this.ids = ids;
    this.mounts = new VolumeMounts(mounts);
    this.documents = new JsonDocumentStore<>(metadata, Volume.class);
    paths.mkdirs(root, VOLUME_MODE);
    reconcile(documents.loadAll());
  }

  private void reconcile(Map<String, Volume> known) {
    known.forEach(
        (name, volume) -> {
          if (paths.lstatIfPresent(root.resolve(name)).isPresent()) {
            volumes.put(name, volume);
          } else {
            documents.delete(name);
          }
        });
    for (Path directory : directories()) {
      String name = String.valueOf(directory.getFileName());
      if (name.startsWith(REMOVED)) {
        paths.removeTree(directory);
      } else if (!volumes.containsKey(name)) {
        adopt(name, directory);
      }
    }
  }

  private void adopt(String name, Path directory) {
    boolean named = name.length() <= MAX_NAME && NAME.matcher(name).matches();
    if (!named || !Files.isDirectory(directory.resolve(DATA))) {
      LOG.warn("{} is no volume's directory and is left alone", directory);
      return;
    }
    LOG.warn("volume {} has lost its description; its files are kept", name);
    keep(new Volume(name, directory.resolve(DATA), now(), Map.of(), Map.of(), false));
  }

  private List<Path> directories() {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      List<Path> found = new ArrayList<>();
      entries.forEach(found::add);
      return found;
    } catch (IOException e) {
      throw new EngineException.Internal("read " + root + ": " + e.getMessage(), e);
    }
  }

  @Override
  public List<Volume> list() {
    return List.copyOf(volumes.values());
  }

  @Override
  public Volume get(String name) {
    return find(name)
        .orElseThrow(() -> new EngineException.NotFound("get " + name + ": no such volume"));
  }

  @Override
  public Optional<Volume> find(String name) {
    return Optional.ofNullable(volumes.get(name));
  }

  @Override
  public synchronized Volume create(
      String name, Map<String, String> labels, Map<String, String> options, boolean anonymous) {
    String chosen = name.isEmpty() ? Ids.random() : name;
    Volume present = volumes.get(chosen);
    if (present != null) {
      return present;
    }
    validate(chosen, options);
    Path directory = root.resolve(chosen);
    Path data = directory.resolve(DATA);
    try {
      paths.mkdir(directory, VOLUME_MODE);
      paths.mkdir(data, DATA_MODE);
      ids.own(paths, data);
      return keep(
          new Volume(chosen, data, now(), anonymous ? marked(labels) : labels, options, anonymous));
    } catch (LinuxException | EngineException e) {
      paths.removeTree(directory);
      throw new EngineException.Internal("create " + chosen + ": " + e.getMessage(), e);
    }
  }

  /** By which clients tell a volume that nobody named. */
  private static Map<String, String> marked(Map<String, String> labels) {
    Map<String, String> marked = new LinkedHashMap<>(labels);
    marked.put(ANONYMOUS, "");
    return marked;
  }

  private Volume keep(Volume volume) {
    documents.put(volume.name(), volume);
    volumes.put(volume.name(), volume);
    return volume;
  }

  private static void validate(String name, Map<String, String> options) {
    if (name.length() == 1) {
      throw new EngineException.InvalidParameter(
          "create "
              + name
              + ": volume name is too short, names should be at least two alphanumeric characters");
    }
    if (name.length() > MAX_NAME) {
      throw new EngineException.InvalidParameter("create " + name + ": file name too long");
    }
    if (!NAME.matcher(name).matches()) {
      throw new EngineException.InvalidParameter(
          "create %s: \"%s\" includes invalid characters for a local volume name, only \"%s\" are"
                  .formatted(name, name, ALLOWED)
              + " allowed. If you intended to pass a host directory, use absolute path");
    }
    LocalOptions.check(name, options);
  }

  @Override
  public void remove(String name) {
    Path doomed = root.resolve(REMOVED + Ids.random());
    synchronized (this) {
      mounts.release(get(name));
      try {
        Files.move(root.resolve(name), doomed);
      } catch (IOException e) {
        throw new EngineException.Internal("remove " + name + ": " + e.getMessage(), e);
      }
      volumes.remove(name);
      documents.delete(name);
    }
    paths.removeTree(doomed);
  }

  @Override
  public void mount(String name, String user) {
    mounts.mount(get(name), user);
  }

  @Override
  public void adopt(String name, String user) {
    find(name).ifPresent(volume -> mounts.adopt(volume, user));
  }

  @Override
  public void unmount(String name, String user) {
    find(name).ifPresent(volume -> mounts.unmount(volume, user));
  }

  @Override
  public void unmountUnused() {
    volumes.values().forEach(mounts::unmountUnused);
  }

  @Override
  public long size(String name) {
    try (RootDir data = paths.openRoot(get(name).mountpoint())) {
      return TreeSize.of(data.top());
    }
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }
}
