package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageConfig;
import dev.wherry.engine.image.Platforms;
import dev.wherry.engine.lifecycle.ImageDefaults.Merged;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.Network;
import dev.wherry.engine.store.Ids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes containers: checks, name, volumes, writable layer, record, event; in this order. */
final class CreateContainer {
  private static final String CONTAINER = "container:";
  private static final String DEFAULT = "default";
  private static final String HOST = "host";
  private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");

  private final LifecycleParts parts;
  private final Records records;
  private final ContainerNames names;
  private final ContainerEvents events;

  CreateContainer(
      LifecycleParts parts, Records records, ContainerNames names, ContainerEvents events) {
    this.parts = parts;
    this.records = records;
    this.names = names;
    this.events = events;
  }

  Container create(NewContainer request) {
    String id = Ids.random();
    Undo undo = new Undo();
    try {
      return create(request, id, undo);
    } catch (LinuxException e) {
      undo.run(e);
      throw new EngineException.Internal(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      undo.run(e);
      throw e;
    }
  }

  private Container create(NewContainer request, String id, Undo undo) {
    Image image = image(request);
    HostConfig host = completed(ModeReferences.resolved(request.hostConfig(), records.index()));
    Merged merged =
        ImageDefaults.merge(
            request, image == null ? ImageConfig.EMPTY : image.config(), hostname(host, id));
    checkOptions(host);
    request.endpoints().forEach(this::checkEndpoint);
    String name = names.reserve(request.name(), id);
    undo.add(() -> names.release(name, id));
    List<MountPoint> mounts =
        new MountResolver(records.index(), parts.volumes(), events, undo, host)
            .resolve(merged.config().volumes());
    Container container =
        new Container(
            id,
            name,
            Instant.now(),
            merged.path(),
            merged.args(),
            merged.config(),
            host,
            image == null ? "" : image.id(),
            image == null ? null : image.chainId(),
            "linux",
            ContainerState.Created.FRESH,
            networks(request, host),
            null,
            mounts,
            parts.snapshotter().driver(),
            0,
            false,
            false);
    parts.specs().check(container);
    parts.snapshotter().prepare(id, container.chainId());
    undo.add(() -> parts.snapshotter().remove(id));
    container = withImages(container, undo);
    records.save(container);
    events.tell(container, "create");
    return container;
  }

  /**
   * With the default network by its name, and without SELinux labels for who shares the host's
   * processes or is privileged.
   */
  private HostConfig completed(HostConfig host) {
    HostConfig.NetworkOptions network = host.network();
    HostConfig named =
        network.mode().equals(DEFAULT)
            ? host.with(network.with(networkName(DEFAULT), network.links()), host.namespaces())
            : host;
    HostConfig.SecurityOptions security = host.security();
    boolean shares =
        security.privileged()
            || host.namespaces().ipc().equals("host")
            || host.namespaces().pid().equals("host");
    return shares && security.securityOpt().stream().noneMatch(CreateContainer::isLabel)
        ? named.with(security.with("label=disable"))
        : named;
  }

  private static boolean isLabel(String word) {
    return word.split("=", 2)[0].equals("label");
  }

  /** Each image that is mounted gets a snapshot, which the container may write to. */
  private Container withImages(Container container, Undo undo) {
    List<MountPoint> mounts = new ArrayList<>();
    for (MountPoint mount : container.mounts()) {
      if (mount.type() != MountSpec.Type.IMAGE) {
        mounts.add(mount);
        continue;
      }
      String key = MountSources.imageKey(container.id(), mounts.size());
      parts.snapshotter().prepare(key, parts.images().get(mount.source()).chainId());
      undo.add(() -> parts.snapshotter().remove(key));
      String merged = String.valueOf(parts.snapshotter().layout(key).mergedDir());
      mounts.add(
          new MountPoint(
              MountSpec.Type.IMAGE,
              "",
              merged,
              mount.destination(),
              "",
              "",
              mount.readWrite(),
              "",
              false,
              mount.subpath()));
    }
    return container.withMounts(List.copyOf(mounts));
  }

  /** {@code null} for a request that names none, which dockerd lets pass. */
  private @Nullable Image image(NewContainer request) {
    if (request.image().isEmpty()) {
      return null;
    }
    Image image = parts.images().get(request.image());
    Platforms.require(image, request.image(), request.platform());
    return image;
  }

  private static String hostname(HostConfig host, String id) {
    if (!host.network().mode().equals(HOST)) {
      return Ids.shortened(id);
    }
    try {
      return Files.readString(HOSTNAME).strip();
    } catch (IOException e) {
      throw new EngineException.Internal("cannot read " + HOSTNAME + ": " + e.getMessage(), e);
    }
  }

  private void checkOptions(HostConfig host) {
    parts.runtimes().get(host.runtime());
    for (String option : host.storageOpt().keySet()) {
      throw new EngineException.InvalidParameter(
          option.equals("size")
              ? "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"
              : "Unknown option " + option);
    }
    if (!host.namespaces().userns().isEmpty() && !host.namespaces().userns().equals(HOST)) {
      throw new EngineException.InvalidParameter(
          "invalid USER mode: " + host.namespaces().userns());
    }
    if (!parts.ids().isIdentity() && host.namespaces().userns().isEmpty()) {
      checkForUserNamespace(host);
    }
  }

  /** What a user namespace of its own rules out. */
  private static void checkForUserNamespace(HostConfig host) {
    if (host.security().privileged()) {
      throw new EngineException.InvalidParameter(
          "privileged mode is incompatible with user namespaces.  You must run the container in the"
              + " host namespace when running privileged mode");
    }
    if (host.network().mode().equals(HOST)) {
      throw new EngineException.InvalidParameter(
          "cannot share the host's network namespace when user namespaces are enabled");
    }
    if (host.namespaces().pid().equals(HOST)) {
      throw new EngineException.InvalidParameter(
          "cannot share the host PID namespace when user namespaces are enabled");
    }
  }

  private void checkEndpoint(String network, Attachment.Request endpoint) {
    String name = networkName(network);
    try {
      parts.networks().check(name, endpoint);
    } catch (EngineException.InvalidParameter e) {
      throw new EngineException.InvalidParameter(
          "invalid config for network " + name + ": " + e.getMessage(), e);
    }
  }

  /** The networks it will be on, by name; a network that does not exist is told at the start. */
  private Map<String, Attachment> networks(NewContainer request, HostConfig host) {
    String mode = host.network().mode();
    Map<String, Attachment> result = new LinkedHashMap<>();
    if (request.networkDisabled()) {
      result.put("none", new Attachment("", null, null));
      return result;
    }
    if (mode.startsWith(CONTAINER)) {
      return result;
    }
    String primary = networkName(mode);
    Set<Map.Entry<String, Attachment.Request>> asked = request.endpoints().entrySet();
    for (Map.Entry<String, Attachment.Request> endpoint : asked) {
      result.put(networkName(endpoint.getKey()), new Attachment("", endpoint.getValue(), null));
    }
    if (result.isEmpty()) {
      result.put(primary, new Attachment("", null, null));
    }
    String mac = request.macAddress();
    if (!mac.isEmpty()) {
      result.computeIfPresent(primary, (name, attachment) -> withMac(attachment, mac));
      Attachment main = result.get(primary);
      if (main != null && main.requested() != null) {
        checkEndpoint(primary, main.requested());
      }
    }
    return result;
  }

  /** False where the daemon was told to have none. */
  private boolean hasDefaultBridge() {
    return parts.networks().list().stream().anyMatch(network -> network.name().equals("bridge"));
  }

  /** {@code default} is the bridge; ids become names, by which a container's networks are kept. */
  private String networkName(String ref) {
    if (ref.equals(DEFAULT)) {
      return hasDefaultBridge() ? "bridge" : "none";
    }
    return parts.networks().list().stream()
        .filter(network -> network.name().equals(ref) || network.id().equals(ref))
        .findFirst()
        .map(Network::name)
        .orElse(ref);
  }

  private static Attachment withMac(Attachment attachment, String mac) {
    Attachment.Request asked = attachment.requested();
    if (asked != null && !asked.macAddress().isEmpty()) {
      return attachment;
    }
    Attachment.Request withMac =
        asked == null
            ? new Attachment.Request("", "", List.of(), mac, List.of(), List.of(), Map.of(), 0)
            : new Attachment.Request(
                asked.ipv4Address(),
                asked.ipv6Address(),
                asked.linkLocalIps(),
                mac,
                asked.aliases(),
                asked.links(),
                asked.driverOpts(),
                asked.gwPriority());
    return new Attachment(attachment.networkId(), withMac, attachment.endpoint());
  }
}
