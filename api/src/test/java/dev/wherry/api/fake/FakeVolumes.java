package dev.wherry.api.fake;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.volume.Volume;
import dev.wherry.verticles.volume.Volumes;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Volumes in memory, seven bytes each. */
public final class FakeVolumes implements Volumes {
  public final List<Volume> volumes = new CopyOnWriteArrayList<>();

  /** A volume. */
  public static Volume volume(String name, Map<String, String> labels, boolean anonymous) {
    return new Volume(
        name, Path.of("/volumes", name, "_data"), Fixtures.CREATED, labels, Map.of(), anonymous);
  }

  @Override
  public List<Volume> list() {
    return List.copyOf(volumes);
  }

  @Override
  public Volume get(String name) {
    return volumes.stream()
        .filter(volume -> volume.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new EngineException.NotFound("get " + name + ": no such volume"));
  }

  @Override
  public Future<Volume> create(
      String name, Map<String, String> labels, Map<String, String> options) {
    Volume made = volume(name, labels, false);
    volumes.add(made);
    return Future.succeededFuture(made);
  }

  @Override
  public Future<Void> remove(String name, boolean force) {
    volumes.remove(get(name));
    return Future.succeededFuture();
  }

  @Override
  public Future<Map<String, Long>> sizes(List<String> names) {
    var sizes = new HashMap<String, Long>();
    names.forEach(name -> sizes.put(name, 7L));
    return Future.succeededFuture(sizes);
  }
}
