package dev.wherry.engine.launch;

import java.util.List;

/** The host's device nodes. */
public interface HostDevices {

  /**
   * The device at a path, links followed, or all devices below a directory.
   *
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter if there is none
   */
  List<HostDevice> at(String path);

  /** All devices below /dev that a privileged container is shown. */
  List<HostDevice> all();

  /**
   * A device node.
   *
   * @param type {@code c} or {@code b}
   * @param mode permission bits
   */
  record HostDevice(String path, String type, long major, long minor, int mode, int uid, int gid) {}
}
