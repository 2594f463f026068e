package dev.wherry.engine.volume;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.MountFlags;
import dev.wherry.engine.linux.Mounts;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Mounts the volumes that are mounts, from the first of their users until the last. */
final class VolumeMounts {
  private static final Logger LOG = LoggerFactory.getLogger(VolumeMounts.class);

  private final Mounts mounts;
  private final Map<String, Set<String>> users = new ConcurrentHashMap<>();

  VolumeMounts(Mounts mounts) {
    this.mounts = mounts;
  }

  /** A volume's calls wait for each other, but not for those of others: a server may be slow. */
  void mount(Volume volume, String user) {
    if (volume.options().isEmpty()) {
      return;
    }
    users.compute(
        volume.name(),
        (name, present) -> {
          Set<String> all = present == null ? new HashSet<>() : present;
          if (!mounts.isMountPoint(volume.mountpoint())) {
            mount(volume);
          }
          all.add(user);
          return all;
        });
  }

  private void mount(Volume volume) {
    LocalOptions order = LocalOptions.of(volume.options());
    String data = order.hasServer() ? withAddress(volume, order.data()) : order.data();
    try {
      mounts.mount(order.device(), volume.mountpoint(), order.type(), order.flags(), data);
    } catch (LinuxException e) {
      throw failure(
          volume,
          "failed to mount local volume: mount %s:%s%s%s: %s"
              .formatted(
                  order.device(),
                  volume.mountpoint(),
                  order.flags() == 0 ? "" : ", flags: 0x" + Long.toHexString(order.flags()),
                  data.isEmpty() ? "" : ", data: " + data,
                  e.errno().text().toLowerCase(Locale.ROOT)),
          e);
    }
    try {
      if (order.propagation() != 0) {
        mounts.propagation(volume.mountpoint(), order.propagation());
      }
      if (order.isBind() && order.isReadOnly()) {
        mounts.remountBind(volume.mountpoint(), MountFlags.MS_RDONLY);
      }
    } catch (LinuxException e) {
      unmount(volume);
      throw failure(volume, "failed to mount local volume: " + e.getMessage(), e);
    }
  }

  /** The kernel takes addresses only. */
  private static String withAddress(Volume volume, String data) {
    for (String word : data.split(",")) {
      if (word.startsWith("addr=")) {
        String server = word.substring("addr=".length());
        try {
          String address = InetAddress.getByName(server).getHostAddress();
          return data.replace(word, "addr=" + address);
        } catch (UnknownHostException e) {
          throw failure(
              volume,
              "error resolving passed in network volume address: lookup %s: no such host"
                  .formatted(server),
              e);
        }
      }
    }
    return data;
  }

  private static EngineException failure(Volume volume, String why, Exception cause) {
    return new EngineException.Internal(
        "error while mounting volume '%s': %s".formatted(volume.mountpoint(), why), cause);
  }

  /** Takes note of a user who was there before the daemon. */
  void adopt(Volume volume, String user) {
    if (!volume.options().isEmpty()) {
      users.computeIfAbsent(volume.name(), name -> ConcurrentHashMap.newKeySet()).add(user);
    }
  }

  void unmount(Volume volume, String user) {
    users.computeIfPresent(
        volume.name(),
        (name, all) -> {
          all.remove(user);
          if (!all.isEmpty()) {
            return all;
          }
          unmount(volume);
          return null;
        });
  }

  /** Unmounts what nobody uses: a daemon that ended too early may have left it. */
  void unmountUnused(Volume volume) {
    if (!volume.options().isEmpty() && !users.containsKey(volume.name())) {
      unmount(volume);
    }
  }

  /**
   * Makes sure that nothing is mounted at a volume whose files are about to be removed: they would
   * be the device's.
   *
   * @throws EngineException.Conflict if it is in use
   */
  void release(Volume volume) {
    unmountUnused(volume);
    if (mounts.isMountPoint(volume.mountpoint())) {
      throw new EngineException.Conflict("remove " + volume.name() + ": volume is in use");
    }
  }

  private void unmount(Volume volume) {
    try {
      while (mounts.isMountPoint(volume.mountpoint())) {
        mounts.umount(volume.mountpoint(), MountFlags.MNT_DETACH | MountFlags.UMOUNT_NOFOLLOW);
      }
    } catch (LinuxException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
      LOG.debug("volume {} has lost its directory", volume.name());
    }
  }
}
