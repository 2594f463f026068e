package dev.wherry.engine.snapshot;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.files.TreeSize;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.MountFlags;
import dev.wherry.engine.linux.MountInfo;
import dev.wherry.engine.linux.Mounts;
import dev.wherry.engine.linux.OverlayMount;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.RootDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Layers as plain directories, stacked by the kernel's overlay file system.
 *
 * <p>Each layer and each writable layer is built in a staging directory and gets its place by one
 * rename, so that what is in its place is whole. Everything else at start is left over from
 * something interrupted and is removed.
 *
 * <p>The directory is made a mount of its own with private propagation, so that containers' root
 * file systems do not appear in other mount namespaces and are not kept busy by them.
 */
public final class OverlaySnapshotter implements Snapshotter, AutoCloseable {
  private static final Pattern KEY = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,199}");

  /** Off, so that layers never depend on where they lie or on marks that an image brought along. */
  private static final List<String> OPTIONS =
      List.of("index=off", "metacopy=off", "redirect_dir=nofollow");

  private static final int PRIVATE = 0700;
  private static final int OPEN = 0755;

  private final Paths paths;
  private final Mounts mounts;
  private final IdMapping ids;
  private final OverlayDirectories directories;
  private final Reaper reaper;
  private final LayerTable layers;
  private final Map<String, String> actives = new ConcurrentHashMap<>();
  private final MountClaims mounted =
      new MountClaims(this::mountActive, key -> detach(merged(key)));

  /**
   * Opens the snapshotter, collects what was interrupted, and takes note of what is mounted.
   *
   * @param directory {@code overlay2} below the data root
   * @param ids whom files belong to on disk, the same at each start
   * @throws EngineException.Unavailable if overlayfs does not work there, with the reason
   */
  public OverlaySnapshotter(Path directory, Paths paths, Mounts mounts, IdMapping ids) {
    this.paths = paths;
    this.mounts = mounts;
    this.ids = ids;
    this.directories = new OverlayDirectories(directory.toAbsolutePath().normalize());
    for (Path path :
        List.of(
            directories.root(),
            directories.layers(),
            directories.actives(),
            directories.links(),
            directories.staging())) {
      paths.mkdirs(path, PRIVATE);
    }
    ids.letThrough(paths, directories.root());
    ids.letThrough(paths, directories.actives());
    if (!mounts.isMountPoint(directories.root())) {
      mounts.bind(directories.root(), directories.root(), false);
    }
    mounts.propagation(directories.root(), MountFlags.MS_PRIVATE);
    noteMounted();
    emptyStaging();
    OverlayCheck.check(paths, mounts, directories.staging());
    this.reaper = new Reaper(directories.staging(), paths);
    this.layers = new LayerTable(directories, paths, ids, reaper);
    readActives();
    layers.removeUnusedOrphans(actives.values());
  }

  private void noteMounted() {
    Path actives = directories.actives();
    for (MountInfo mount : mounts.list()) {
      Path point = Path.of(mount.mountPoint());
      if (point.startsWith(actives) && point.endsWith(OverlayDirectories.MERGED)) {
        mounted.found(actives.relativize(point).getName(0).toString());
      }
    }
  }

  private void emptyStaging() {
    for (MountInfo mount : mounts.list()) {
      Path point = Path.of(mount.mountPoint());
      if (point.startsWith(directories.staging())) {
        mounts.umount(point, MountFlags.MNT_DETACH | MountFlags.UMOUNT_NOFOLLOW);
      }
    }
    try (RootDir staging = paths.openRoot(directories.staging())) {
      staging.top().removeContents();
    }
    // For minutes after files were deleted, ext4 looks at every inode that was freed nearby before
    // it gives a new one: loading an image again would take several times as long each time.
    paths.mkdir(directories.stagedLayers(), PRIVATE);
    paths.markTopOfHierarchies(directories.stagedLayers());
  }

  private void readActives() {
    try (var found = Files.newDirectoryStream(directories.actives())) {
      for (Path active : found) {
        String parent =
            Files.readSymbolicLink(active.resolve(OverlayDirectories.PARENT)).toString();
        actives.put(String.valueOf(active.getFileName()), parent);
      }
    } catch (IOException e) {
      throw new EngineException.Internal("read " + directories.actives() + ": " + e, e);
    }
  }

  @Override
  public String driver() {
    return "overlay2";
  }

  @Override
  public IdMapping ids() {
    return ids;
  }

  @Override
  public Optional<CommittedLayer> committed(String chainId) {
    return layers.find(chainId);
  }

  @Override
  public List<CommittedLayer> committed() {
    return layers.all();
  }

  @Override
  public long committedSize(String chainId) {
    return layers.get(chainId).size();
  }

  @Override
  public Extraction extract() {
    return layers.extract();
  }

  @Override
  public boolean removeCommitted(String chainId) {
    return layers.remove(chainId, actives.values());
  }

  @Override
  public void prepare(String key, @Nullable String parent) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException("no key for a snapshot: " + key);
    }
    String parentName = parent == null ? LayerTable.NONE : parent;
    // Noted first, so that the parent can't be removed from under it.
    if (actives.putIfAbsent(key, parentName) != null) {
      throw new EngineException.Conflict("snapshot " + key + " already exists");
    }
    Path staged = directories.staging().resolve("active-" + key);
    try {
      layers.initLink(parentName, this::buildInit);
      paths.mkdir(staged, PRIVATE);
      ids.letThrough(paths, staged);
      makeTree(staged.resolve(OverlayDirectories.DIFF));
      paths.mkdir(staged.resolve(OverlayDirectories.WORK), PRIVATE);
      paths.mkdir(staged.resolve(OverlayDirectories.MERGED), PRIVATE);
      Files.createSymbolicLink(staged.resolve(OverlayDirectories.PARENT), Path.of(parentName));
      Files.move(staged, directories.active(key));
    } catch (IOException | RuntimeException e) {
      actives.remove(key);
      layers.released(parentName, actives.values());
      paths.removeTree(staged);
      throw failure("prepare snapshot " + key, e);
    }
  }

  /** Makes the top of a layer's tree, which is a container's root. */
  private void makeTree(Path top) {
    paths.mkdir(top, OPEN);
    paths.chmod(top, OPEN);
    ids.own(paths, top);
  }

  /** Makes the mount points in an upper directory that ends up at the given place. */
  private void buildInit(List<Path> lower, Path place) {
    Path staged = directories.staging().resolve("init-" + LayerTable.randomName());
    Path upper = staged.resolve(OverlayDirectories.DIFF);
    Path work = staged.resolve(OverlayDirectories.WORK);
    Path merged = staged.resolve(OverlayDirectories.MERGED);
    paths.mkdir(staged, PRIVATE);
    try {
      makeTree(upper);
      if (lower.isEmpty()) {
        InitLayer.populate(paths, upper, ids);
      } else {
        paths.mkdir(work, PRIVATE);
        paths.mkdir(merged, PRIVATE);
        mountOverlay(lower, upper, work, merged);
        try {
          InitLayer.populate(paths, merged, ids);
        } finally {
          detach(merged);
        }
      }
      Files.move(upper, place);
    } catch (IOException e) {
      throw failure("make mount points", e);
    } finally {
      paths.removeTree(staged);
    }
  }

  private void mountOverlay(List<Path> lower, Path upper, Path work, Path target) {
    mounts.overlay(
        new OverlayMount(lower, Optional.of(new OverlayMount.Writable(upper, work)), OPTIONS),
        target);
  }

  @Override
  public Path mount(String key) {
    parentOf(key);
    mounted.claimForContainer(key);
    return merged(key);
  }

  @Override
  public View view(String key) {
    parentOf(key);
    return new MountedView(merged(key), mounted.claim(key));
  }

  private record MountedView(Path root, Runnable release) implements View {
    @Override
    public void close() {
      release.run();
    }
  }

  private void mountActive(String key) {
    String parent = parentOf(key);
    Path active = directories.active(key);
    List<Path> lower = new ArrayList<>();
    lower.add(layers.initLink(parent, this::buildInit));
    lower.addAll(layers.links(parent));
    mountOverlay(
        lower,
        active.resolve(OverlayDirectories.DIFF),
        active.resolve(OverlayDirectories.WORK),
        merged(key));
  }

  private Path merged(String key) {
    return directories.active(key).resolve(OverlayDirectories.MERGED);
  }

  @Override
  public void unmount(String key) {
    mounted.releaseForContainer(key);
  }

  /** Unmounts now if nothing uses it, else as soon as nothing does. */
  private void detach(Path target) {
    try {
      mounts.umount(target, MountFlags.UMOUNT_NOFOLLOW);
    } catch (LinuxException e) {
      if (e.is(Errno.EBUSY)) {
        mounts.umount(target, MountFlags.UMOUNT_NOFOLLOW | MountFlags.MNT_DETACH);
      } else if (!e.is(Errno.EINVAL) && !e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  @Override
  public void remove(String key) {
    String parent = actives.get(key);
    if (parent == null) {
      return;
    }
    // Whoever still looks at it keeps what is open, and finds no more.
    mounted.releaseAll(key);
    try {
      reaper.delete(directories.active(key));
    } catch (IOException e) {
      throw failure("remove snapshot " + key, e);
    }
    actives.remove(key);
    layers.released(parent, actives.values());
  }

  @Override
  public long usage(String key) {
    parentOf(key);
    Path upper = directories.active(key).resolve(OverlayDirectories.DIFF);
    try (RootDir root = paths.openRoot(upper)) {
      return TreeSize.of(root.top());
    }
  }

  @Override
  public Layout layout(String key) {
    return layout(directories.active(key), stack(key).lower());
  }

  @Override
  public Stack stack(String key) {
    String parent = parentOf(key);
    List<Path> lower = new ArrayList<>();
    lower.add(layers.initPlace(parent));
    lower.addAll(layers.diffs(parent));
    return new Stack(directories.active(key).resolve(OverlayDirectories.DIFF), lower);
  }

  @Override
  public Layout committedLayout(String chainId) {
    String parent = layers.get(chainId).parent();
    return layout(directories.layer(chainId), parent == null ? List.of() : layers.diffs(parent));
  }

  private static Layout layout(Path directory, List<Path> lower) {
    return new Layout(
        lower.isEmpty()
            ? null
            : lower.stream().map(Path::toString).collect(Collectors.joining(":")),
        directory.resolve(OverlayDirectories.MERGED).toString(),
        directory.resolve(OverlayDirectories.DIFF).toString(),
        directory.resolve(OverlayDirectories.WORK).toString());
  }

  @Override
  public List<String> activeKeys() {
    return List.copyOf(actives.keySet());
  }

  @Override
  public List<Path> layers(String chainId) {
    return layers.diffs(layers.get(chainId).chainId()).reversed();
  }

  @Override
  public Path attic(String chainId) {
    return directories.layer(layers.get(chainId).chainId()).resolve(OverlayDirectories.ATTIC);
  }

  @Override
  public void sync() {
    try (RootDir root = paths.openRoot(directories.root())) {
      root.top().fd().syncfs();
    }
  }

  /**
   * Finishes deleting, and gives the mount of the directory back unless containers still use what
   * is below it.
   */
  @Override
  public void close() {
    reaper.close();
    if (mounted.isEmpty()) {
      detach(directories.root());
    }
  }

  private String parentOf(String key) {
    String parent = actives.get(key);
    if (parent == null) {
      throw new EngineException.NotFound("snapshot " + key + " does not exist");
    }
    return parent;
  }

  static RuntimeException failure(String what, Exception cause) {
    return cause instanceof EngineException known
        ? known
        : new EngineException.Internal(what + ": " + cause.getMessage(), cause);
  }
}
