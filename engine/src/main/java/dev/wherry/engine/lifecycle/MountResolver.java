package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.store.Ids;
import dev.wherry.engine.volume.Volume;
import dev.wherry.engine.volume.VolumeStore;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides what is mounted where in a new container: volumes of other containers, {@code Binds},
 * {@code Mounts}, and the volumes of image and request, in this order. Volumes that do not exist
 * are made.
 */
final class MountResolver {
  /** What dockerd shows as the mode of a volume whose user said nothing. */
  private static final String VOLUME_MODE = "z";

  private static final String LOCAL = "local";

  private final ContainerIndex index;
  private final VolumeStore volumes;
  private final ContainerEvents events;
  private final Undo undo;
  private final HostConfig host;
  private final Map<String, MountPoint> byTarget = new LinkedHashMap<>();

  /** Targets that this request names itself, and so may name only once. */
  private final Set<String> named = new HashSet<>();

  /**
   * @param undo gets how to take back the anonymous volumes made; named ones stay, others may use
   *     them already
   */
  MountResolver(
      ContainerIndex index,
      VolumeStore volumes,
      ContainerEvents events,
      Undo undo,
      HostConfig host) {
    this.index = index;
    this.volumes = volumes;
    this.events = events;
    this.undo = undo;
    this.host = host;
  }

  /**
   * @param configured paths of the container's configuration that get an anonymous volume
   */
  List<MountPoint> resolve(Set<String> configured) {
    // All that can be refused is refused before a volume is made.
    List<BindSpec> binds = host.binds().stream().map(BindSpec::parse).toList();
    host.mounts().forEach(MountRules::check);
    configured.forEach(path -> BindSpec.checkTarget(MountSpec.Type.VOLUME, path));
    host.tmpfs().keySet().forEach(MountResolver::checkTmpfs);
    host.volumesFrom().forEach(this::addFrom);
    binds.forEach(bind -> claim(bind.target()));
    host.mounts().forEach(mount -> claim(BindSpec.clean(mount.target())));
    checkDriver(binds, configured);

    binds.forEach(this::addBind);
    host.mounts().forEach(this::addMount);
    for (String path : configured) {
      String target = BindSpec.clean(path);
      if (!byTarget.containsKey(target) && !host.tmpfs().containsKey(target)) {
        put(volumeMount(anonymous(Map.of(), Map.of()), target, "", true, true));
      }
    }
    return List.copyOf(byTarget.values());
  }

  private static void checkTmpfs(String path) {
    if (!path.startsWith("/")) {
      throw new EngineException.InvalidParameter(
          "invalid mount path: '" + path + "' mount path must be absolute");
    }
    if (BindSpec.clean(path).equals("/")) {
      throw new EngineException.InvalidParameter("invalid specification: destination can't be '/'");
    }
  }

  private void claim(String target) {
    boolean tmpfs = host.tmpfs().keySet().stream().map(BindSpec::clean).anyMatch(target::equals);
    if (tmpfs || !named.add(target)) {
      throw new EngineException.InvalidParameter("Duplicate mount point: " + target);
    }
  }

  private void checkDriver(List<BindSpec> binds, Set<String> configured) {
    boolean volumesAsked =
        !configured.isEmpty() || binds.stream().anyMatch(b -> b.type() == MountSpec.Type.VOLUME);
    if (volumesAsked) {
      checkDriver(host.volumeDriver());
    }
    for (MountSpec mount : host.mounts()) {
      MountSpec.VolumeOptions options = mount.volume();
      if (options != null) {
        checkDriver(options.driver());
      }
    }
  }

  private static void checkDriver(String driver) {
    if (!driver.isEmpty() && !driver.equals(LOCAL)) {
      throw new EngineException.NotFound(
          "error looking up volume plugin %s: plugin \"%s\" not found".formatted(driver, driver));
    }
  }

  private void addFrom(String word) {
    if (word.isEmpty()) {
      throw new EngineException.InvalidParameter(
          "volumes-from specification cannot be an empty string");
    }
    int colon = word.indexOf(':');
    String ref = colon < 0 ? word : word.substring(0, colon);
    String mode = colon < 0 ? "" : word.substring(colon + 1);
    // Neither what is propagated nor what is copied can be changed by who comes later.
    if (!BindSpec.isMode(mode) || !BindSpec.propagation(mode).isEmpty() || !BindSpec.copies(mode)) {
      throw new EngineException.InvalidParameter("invalid mode: " + mode);
    }
    for (MountPoint mount : donor(ref).mounts()) {
      if (mount.type() != MountSpec.Type.TMPFS && mount.type() != MountSpec.Type.IMAGE) {
        put(
            new MountPoint(
                mount.type(),
                mount.name(),
                mount.source(),
                mount.destination(),
                mount.driver(),
                "",
                mount.readWrite() && BindSpec.isWritable(mode),
                mount.propagation(),
                false,
                mount.subpath()));
      }
    }
  }

  private Container donor(String ref) {
    try {
      return index.get(ref);
    } catch (EngineException.NotFound e) {
      throw new EngineException.InvalidParameter(String.valueOf(e.getMessage()), e);
    }
  }

  private void addBind(BindSpec bind) {
    if (bind.type() == MountSpec.Type.BIND) {
      put(bind.bindMount());
      return;
    }
    Volume volume =
        bind.source().isEmpty()
            ? anonymous(Map.of(), Map.of())
            : volume(bind.source(), Map.of(), Map.of());
    put(
        volumeMount(
            volume,
            bind.target(),
            bind.mode().isEmpty() ? VOLUME_MODE : bind.mode(),
            BindSpec.isWritable(bind.mode()),
            BindSpec.copies(bind.mode())));
  }

  private void addMount(MountSpec mount) {
    String target = BindSpec.clean(mount.target());
    switch (mount.type()) {
      case BIND -> {
        MountSpec.BindOptions options = mount.bind();
        String propagation = options == null ? "" : options.propagation();
        put(
            new MountPoint(
                MountSpec.Type.BIND,
                "",
                BindSpec.clean(mount.source()),
                target,
                "",
                "",
                !mount.readOnly(),
                propagation.isEmpty() ? BindSpec.DEFAULT_PROPAGATION : propagation,
                false));
      }
      case VOLUME -> {
        MountSpec.VolumeOptions options = mount.volume();
        Map<String, String> labels = options == null ? Map.of() : options.labels();
        Map<String, String> wishes = options == null ? Map.of() : options.driverOptions();
        Volume volume =
            mount.source().isEmpty()
                ? anonymous(labels, wishes)
                : volume(mount.source(), labels, wishes);
        String subpath = options == null ? "" : options.subpath();
        // What is not all of a volume is there already: nothing is copied into it.
        boolean copies = subpath.isEmpty() && (options == null || !options.noCopy());
        put(volumeMount(volume, target, VOLUME_MODE, !mount.readOnly(), copies, subpath));
      }
      case IMAGE -> {
        String subpath = mount.image() == null ? "" : mount.image().subpath();
        put(
            new MountPoint(
                MountSpec.Type.IMAGE,
                "",
                mount.source(),
                target,
                "",
                "",
                !mount.readOnly(),
                "",
                false,
                subpath));
      }
      case TMPFS ->
          put(
              new MountPoint(
                  MountSpec.Type.TMPFS, "", "", target, "", "", !mount.readOnly(), "", false));
    }
  }

  private static MountPoint volumeMount(
      Volume volume, String target, String mode, boolean writable, boolean copies) {
    return volumeMount(volume, target, mode, writable, copies, "");
  }

  private static MountPoint volumeMount(
      Volume volume, String target, String mode, boolean writable, boolean copies, String subpath) {
    return new MountPoint(
        MountSpec.Type.VOLUME,
        volume.name(),
        volume.mountpoint().toString(),
        target,
        LOCAL,
        mode,
        writable,
        "",
        copies,
        subpath);
  }

  private Volume volume(String name, Map<String, String> labels, Map<String, String> options) {
    boolean isNew = volumes.find(name).isEmpty();
    Volume volume = volumes.create(name, labels, options, false);
    if (isNew) {
      events.volumeCreated(name);
    }
    return volume;
  }

  private Volume anonymous(Map<String, String> labels, Map<String, String> options) {
    Volume volume = volumes.create(Ids.random(), labels, options, true);
    undo.add(() -> volumes.remove(volume.name()));
    events.volumeCreated(volume.name());
    return volume;
  }

  private void put(MountPoint mount) {
    byTarget.put(mount.destination(), mount);
  }
}
