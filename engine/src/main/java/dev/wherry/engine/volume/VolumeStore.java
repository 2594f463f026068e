package dev.wherry.engine.volume;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The volumes of the local driver. Reads answer from memory and may be called from any thread;
 * changes block and are crash-safe.
 */
public interface VolumeStore {

  List<Volume> list();

  /**
   * @throws dev.wherry.engine.error.EngineException.NotFound {@code get NAME: no such volume}
   */
  Volume get(String name);

  Optional<Volume> find(String name);

  /**
   * Makes a volume, or returns the one that has this name already, as dockerd does.
   *
   * @param name empty for a generated one
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter for a bad name or an option of
   *     the driver that is not supported
   */
  Volume create(
      String name, Map<String, String> labels, Map<String, String> options, boolean anonymous);

  /**
   * Makes a volume's files appear at its mountpoint, if its options say that they are elsewhere.
   *
   * @param user who needs them, a container's id
   * @throws dev.wherry.engine.error.EngineException.Internal with dockerd's text
   */
  void mount(String name, String user);

  /** Takes note of a user of {@link #mount} who outlived a former daemon. */
  void adopt(String name, String user);

  /** Undoes {@link #mount} when this was the last user; nothing happens for one who is none. */
  void unmount(String name, String user);

  /** Undoes what a former daemon has mounted for users who are gone; after {@link #adopt}. */
  void unmountUnused();

  /** Deletes the volume and its files; whether it is in use is the caller's to know. */
  void remove(String name);

  /**
   * Bytes its files take.
   *
   * @throws dev.wherry.engine.error.EngineException.NotFound as {@link #get}
   */
  long size(String name);
}
