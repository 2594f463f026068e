package dev.wherry.verticles.volume;

import dev.wherry.engine.volume.Volume;
import dev.wherry.engine.volume.VolumeStore;
import dev.wherry.verticles.bus.Addresses;
import dev.wherry.verticles.bus.Commands;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;

/** Asks {@link VolumeVerticle}; reads go straight to the store's memory. */
public final class VolumeClient implements Volumes {
  private final Vertx vertx;
  private final VolumeStore store;

  public VolumeClient(Vertx vertx, VolumeStore store) {
    this.vertx = vertx;
    this.store = store;
  }

  @Override
  public List<Volume> list() {
    return store.list();
  }

  @Override
  public Volume get(String name) {
    return store.get(name);
  }

  @Override
  public Future<Volume> create(
      String name, Map<String, String> labels, Map<String, String> options) {
    return Commands.ask(
        vertx,
        Addresses.VOLUME,
        new VolumeCommand.Create(name, Map.copyOf(labels), Map.copyOf(options)));
  }

  @Override
  public Future<Void> remove(String name, boolean force) {
    return Commands.ask(vertx, Addresses.VOLUME, new VolumeCommand.Remove(name, force));
  }

  @Override
  public Future<Map<String, Long>> sizes(List<String> names) {
    return Commands.ask(vertx, Addresses.VOLUME, new VolumeCommand.Sizes(List.copyOf(names)));
  }
}
