package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.event.Journal;
import java.util.Map;
import java.util.TreeMap;

/** Events about containers and their volumes, with the attributes dockerd gives them. */
public final class ContainerEvents {
  private final Journal journal;

  public ContainerEvents(Journal journal) {
    this.journal = journal;
  }

  void tell(Container container, String action) {
    tell(container, action, Map.of());
  }

  /** The labels come first, so that none of them can pretend to be the image or the name. */
  void tell(Container container, String action, Map<String, String> more) {
    Map<String, String> attributes = new TreeMap<>(container.config().labels());
    attributes.put("image", container.config().image());
    attributes.put("name", container.name());
    attributes.putAll(more);
    journal.append(EngineEvent.Type.CONTAINER, action, container.id(), attributes);
  }

  /** One event for each volume of the container that is mounted now. */
  public void volumesMounted(Container container) {
    for (MountPoint mount : container.mounts()) {
      if (mount.type() == MountSpec.Type.VOLUME) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put("container", container.id());
        attributes.put("destination", mount.destination());
        attributes.put("driver", mount.driver());
        attributes.put("propagation", mount.propagation());
        attributes.put("read/write", Boolean.toString(mount.readWrite()));
        journal.append(EngineEvent.Type.VOLUME, "mount", mount.name(), attributes);
      }
    }
  }

  /** One event for each volume of the container that is no longer mounted. */
  public void volumesUnmounted(Container container) {
    for (MountPoint mount : container.mounts()) {
      if (mount.type() == MountSpec.Type.VOLUME) {
        journal.append(
            EngineEvent.Type.VOLUME,
            "unmount",
            mount.name(),
            Map.of("container", container.id(), "driver", mount.driver()));
      }
    }
  }

  void volumeCreated(String name) {
    journal.append(EngineEvent.Type.VOLUME, "create", name, Map.of("driver", "local"));
  }

  void volumeDestroyed(String name) {
    journal.append(EngineEvent.Type.VOLUME, "destroy", name, Map.of("driver", "local"));
  }
}
