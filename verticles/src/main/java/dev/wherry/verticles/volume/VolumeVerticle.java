package dev.wherry.verticles.volume;

import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.event.Journal;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.volume.Volume;
import dev.wherry.engine.volume.VolumeStore;
import dev.wherry.verticles.bus.Addresses;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Commands;
import dev.wherry.verticles.bus.Lanes;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Volumes; changes of one volume are made one after the other. */
public final class VolumeVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(VolumeVerticle.class);

  private static final Map<String, String> DRIVER = Map.of("driver", "local");

  private final VolumeStore store;
  private final ContainerIndex containers;
  private final Journal journal;
  private final Blocking kernel;

  /**
   * @param containers who uses which volume
   */
  public VolumeVerticle(
      VolumeStore store, ContainerIndex containers, Journal journal, Blocking kernel) {
    this.store = store;
    this.containers = containers;
    this.journal = journal;
    this.kernel = kernel;
  }

  @Override
  public Future<?> start() {
    Lanes lanes = new Lanes((ContextInternal) context);
    Commands.serve(vertx, Addresses.VOLUME, VolumeCommand.class, command -> answer(lanes, command));
    return Future.succeededFuture();
  }

  private Future<?> answer(Lanes lanes, VolumeCommand<?> command) {
    return switch (command) {
      case VolumeCommand.Create create ->
          // Unnamed ones have nothing to wait for.
          create.name().isEmpty()
              ? kernel.call(() -> create(create))
              : lanes.submit(create.name(), () -> kernel.call(() -> create(create)));
      case VolumeCommand.Remove what ->
          lanes.submit(what.name(), () -> kernel.run(() -> remove(what.name(), what.force())));
      case VolumeCommand.Sizes sizes -> kernel.call(() -> sizes(sizes.names()));
    };
  }

  private Map<String, Long> sizes(List<String> names) {
    Map<String, Long> sizes = new HashMap<>();
    for (String name : names) {
      try {
        sizes.put(name, store.size(name));
      } catch (EngineException.NotFound | LinuxException e) {
        LOG.debug("volume {} has gone while it was measured: {}", name, e.getMessage());
      }
    }
    return sizes;
  }

  /** Tells the event also for a volume that was there, as dockerd does. */
  private Volume create(VolumeCommand.Create command) {
    Volume volume =
        store.create(command.name(), command.labels(), command.options(), command.name().isEmpty());
    journal.append(EngineEvent.Type.VOLUME, "create", volume.name(), DRIVER);
    return volume;
  }

  private void remove(String name, boolean force) {
    if (force && store.find(name).isEmpty()) {
      return;
    }
    store.get(name);
    List<String> users =
        containers.list().stream()
            .filter(
                container ->
                    container.mounts().stream().anyMatch(mount -> mount.name().equals(name)))
            .map(container -> container.id())
            .toList();
    if (!users.isEmpty()) {
      throw new EngineException.Conflict(
          "remove %s: volume is in use - [%s]".formatted(name, String.join(", ", users)));
    }
    store.remove(name);
    journal.append(EngineEvent.Type.VOLUME, "destroy", name, DRIVER);
  }
}
