package dev.wherry.engine.linux;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@link Namespaces} by unshare(2), setns(2) and bind mounts of {@code /proc/thread-self/ns}. */
public final class LinuxNamespaces implements Namespaces {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final Path OWN_NETWORK = Path.of("/proc/thread-self/ns/net");

  private final Mounts mounts;
  private final Paths paths;
  private final Processes processes = new LinuxProcesses();

  public LinuxNamespaces(Mounts mounts, Paths paths) {
    this.mounts = mounts;
    this.paths = paths;
  }

  @Override
  public void preparePins(Path directory) {
    paths.mkdirs(directory, 0700);
    if (!mounts.isMountPoint(directory)) {
      mounts.bind(directory, directory, true);
      mounts.propagation(directory, MountFlags.MS_PRIVATE);
      mounts.propagation(directory, MountFlags.MS_SHARED);
    }
  }

  @Override
  public void removePins(Path directory) {
    while (mounts.isMountPoint(directory)) {
      mounts.umount(directory, MountFlags.MNT_DETACH);
    }
  }

  @Override
  public <T> T createNetwork(NamespaceOwner owner, Path pin, Callable<T> inside) {
    makePlace(pin);
    try {
      return switch (owner) {
        case NamespaceOwner.Host() -> createOfHost(pin, inside);
        case NamespaceOwner.Existing(Path user) -> createWithin(user, pin, inside);
        case NamespaceOwner.Fresh(IdMapping ids) -> {
          createUser(Namespaces.userPin(pin), ids);
          yield createWithin(Namespaces.userPin(pin), pin, inside);
        }
      };
    } catch (RuntimeException | Error e) {
      try {
        remove(pin);
      } catch (LinuxException undo) {
        e.addSuppressed(undo);
      }
      throw e;
    }
  }

  private <T> T createOfHost(Path pin, Callable<T> inside) {
    return FreshThread.call(
        "netns-create",
        () -> {
          long result = CallState.current().call(SystemCall.SYS_unshare, CLONE_NEWNET);
          FileCalls.check(result, "unshare", "CLONE_NEWNET");
          mounts.bind(OWN_NETWORK, pin, false);
          return inside.call();
        });
  }

  private <T> T createWithin(Path user, Path pin, Callable<T> inside) {
    try (NamespaceHolder holder = NamespaceHolder.ofNetwork(processes, user)) {
      mounts.bind(holder.namespace("net"), pin, false);
    }
    return callInNetwork(pin, inside);
  }

  private void createUser(Path pin, IdMapping ids) {
    makePlace(pin);
    try (NamespaceHolder holder = NamespaceHolder.ofUser(processes)) {
      holder.map(ids);
      mounts.bind(holder.namespace("user"), pin, false);
    }
  }

  private void makePlace(Path pin) {
    int flags = OpenFlags.O_RDONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL;
    paths.open(pin, flags, 0).close();
  }

  @Override
  public <T> T callInNetwork(Path namespace, Callable<T> inside) {
    try (Fd fd = paths.open(namespace, OpenFlags.O_RDONLY, 0)) {
      return FreshThread.call(
          "netns-visit",
          () -> {
            enterNetwork(fd);
            return inside.call();
          });
    }
  }

  /** Moves the calling thread, which has to be a {@link FreshThread}. */
  static void enterNetwork(Fd namespace) {
    long result = CallState.current().call(SystemCall.SYS_setns, namespace.number(), CLONE_NEWNET);
    FileCalls.check(result, "setns", namespace.toString());
  }

  @Override
  public void remove(Path pin) {
    unpin(pin);
    unpin(Namespaces.userPin(pin));
  }

  private void unpin(Path pin) {
    try {
      mounts.umount(pin, MountFlags.MNT_DETACH | MountFlags.UMOUNT_NOFOLLOW);
    } catch (LinuxException e) {
      if (!e.is(Errno.EINVAL) && !e.is(Errno.ENOENT)) { // not mounted, not there
        throw e;
      }
    }
    paths.removeTree(pin);
  }
}
