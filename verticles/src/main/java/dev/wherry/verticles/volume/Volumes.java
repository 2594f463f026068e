package dev.wherry.verticles.volume;

import dev.wherry.engine.volume.Volume;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** What can be asked of volumes. Reads answer from memory at once. */
public interface Volumes {

  List<Volume> list();

  /** As {@link dev.wherry.engine.volume.VolumeStore#get}. */
  Volume get(String name);

  Future<Volume> create(String name, Map<String, String> labels, Map<String, String> options);

  /**
   * @throws dev.wherry.engine.error.EngineException.Conflict (as the future's failure) if a
   *     container uses it
   */
  Future<Void> remove(String name, boolean force);

  /** Bytes the files of these volumes take, by name; one that vanished meanwhile is left out. */
  Future<Map<String, Long>> sizes(List<String> names);
}
