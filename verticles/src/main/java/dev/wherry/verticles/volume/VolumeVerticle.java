package dev.wherry.verticles.volume;

import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.LinuxException;
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

  private final VolumeStore store;
  private final ContainerIndex containers;
  private final Blocking kernel;

  /**
   * @param containers who uses which volume
   */
  public VolumeVerticle(VolumeStore store, ContainerIndex containers, Blocking kernel) {
    this.store = store;
    this.containers = containers;
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
          lanes.submit(
              create.name(),
              () ->
                  kernel.call(
                      () ->
                          store.create(
                              create.name(),
                              create.labels(),
                              create.options(),
                              create.name().isEmpty())));
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
  }
}
