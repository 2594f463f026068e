package dev.wherry.engine.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** {@link Mounts} by mount(2). */
public final class LinuxMounts implements Mounts {
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
  private static final int CLONE_FS = 0x200;
  private static final int CLONE_NEWNS = 0x20000;

  /** Flags that a remount must repeat when a mount has them: the kernel refuses to drop some. */
  private static final Map<String, Long> KEPT =
      Map.of(
          "nosuid", MountFlags.MS_NOSUID,
          "nodev", MountFlags.MS_NODEV,
          "noexec", MountFlags.MS_NOEXEC,
          "noatime", MountFlags.MS_NOATIME,
          "nodiratime", MountFlags.MS_NODIRATIME,
          "relatime", MountFlags.MS_RELATIME,
          "ro", MountFlags.MS_RDONLY);

  @Override
  public void mount(String source, Path target, String fstype, long flags, String data) {
    mountNamed(source, target.toString(), fstype, flags, data);
  }

  private static void mountNamed(
      String source, String target, String fstype, long flags, String data) {
    String call = fstype.isEmpty() ? "mount" : "mount " + fstype;
    if (!fits(data)) {
      throw new LinuxException(Errno.E2BIG, call + " on", target);
    }
    CallState c = CallState.current();
    long result =
        c.call(
            SystemCall.SYS_mount,
            c.first(source),
            c.second(target),
            fstype.isEmpty() ? 0 : c.fourth(fstype),
            flags,
            data.isEmpty() ? 0 : c.third(data));
    FileCalls.check(result, call + " on", target);
  }

  private static boolean fits(String data) {
    return FileNames.encode(data).length < CallState.PATH_MAX;
  }

  @Override
  public void umount(Path target, int flags) {
    CallState c = CallState.current();
    long result = c.call(SystemCall.SYS_umount2, c.first(target.toString()), flags);
    FileCalls.check(result, "umount", target.toString());
  }

  @Override
  public void overlay(OverlayMount overlay, Path target) {
    String data = overlay.data(Function.identity());
    if (fits(data)) {
      mount("overlay", target, "overlay", 0, data);
      return;
    }
    Path common = common(overlay.directories());
    String absolute = target.toAbsolutePath().toString();
    FreshThread.call(
        "overlay-mount",
        () -> {
          unshareWorkingDirectory(common);
          mountNamed("overlay", absolute, "overlay", 0, overlay.data(common::relativize));
          return true;
        });
  }

  /** A thread's working directory is the process's until it is unshared. */
  private static void unshareWorkingDirectory(Path directory) {
    CallState c = CallState.current();
    FileCalls.check(c.call(SystemCall.SYS_unshare, CLONE_FS), "unshare", "CLONE_FS");
    long result = c.call(SystemCall.SYS_chdir, c.first(directory.toString()));
    FileCalls.check(result, "chdir", directory.toString());
  }

  private static Path common(List<Path> directories) {
    Path common = directories.getFirst();
    for (Path directory : directories) {
      while (!directory.startsWith(common)) {
        Path parent = common.getParent();
        common = parent == null ? Path.of("/") : parent;
      }
    }
    return common;
  }

  @Override
  public void bind(Path source, Path target, boolean recursive) {
    long flags = MountFlags.MS_BIND | (recursive ? MountFlags.MS_REC : 0);
    mountNamed(source.toString(), target.toString(), "", flags, "");
  }

  @Override
  public void bind(Fd source, Path target, boolean recursive) {
    bind(Path.of(FileCalls.procPath(source.number())), target, recursive);
  }

  @Override
  public void remountBind(Path target, long flags) {
    long kept = 0;
    String point = target.toAbsolutePath().normalize().toString();
    for (MountInfo mount : list()) {
      if (mount.mountPoint().equals(point)) {
        kept = 0;
        for (String option : mount.options()) {
          kept |= KEPT.getOrDefault(option, 0L);
        }
      }
    }
    long all = MountFlags.MS_REMOUNT | MountFlags.MS_BIND | kept | flags;
    mountNamed("none", target.toString(), "", all, "");
  }

  @Override
  public void propagation(Path target, long flags) {
    mountNamed("none", target.toString(), "", flags, "");
  }

  @Override
  public GraftedTree graft(Path root, List<Graft> grafts, boolean readOnly) {
    return FreshThread.call(
        "mount-graft",
        () -> {
          CallState c = CallState.current();
          FileCalls.check(c.call(SystemCall.SYS_unshare, CLONE_NEWNS), "unshare", "CLONE_NEWNS");
          // Nothing mounted here may show in other namespaces; what they unmount goes here too.
          propagation(Path.of("/"), MountFlags.MS_REC | MountFlags.MS_SLAVE);
          RootDir tree = new LinuxPaths().openRoot(root);
          try {
            for (Graft graft : grafts) {
              graft(tree, graft);
            }
            if (readOnly) {
              remountReadOnly(tree.top().fd());
            }
            GraftedTree grafted = new GraftedTree(tree, new Fd(openNamespace()));
            leaveRest(root);
            return grafted;
          } catch (RuntimeException e) {
            tree.close();
            throw e;
          }
        });
  }

  private void graft(RootDir tree, Graft graft) {
    try (Fd place = tree.open(graft.place(), OpenFlags.O_PATH)) {
      bind(graft.source(), Path.of(FileCalls.procPath(place.number())), graft.recursive());
    }
    if (graft.readOnly()) {
      // Opened anew: the handle from before leads to what is hidden now.
      try (Fd mounted = tree.open(graft.place(), OpenFlags.O_PATH)) {
        remountReadOnly(mounted);
      }
    }
  }

  /**
   * Lets go of all mounts outside of a tree that is one itself, pivot_root(2): a copy of another
   * container's mount would otherwise outlive it. Where the root can't be changed, as on an
   * initramfs, they stay until the namespace ends.
   */
  private void leaveRest(Path root) {
    CallState c = CallState.current();
    FileCalls.check(c.call(SystemCall.SYS_chdir, c.first(root.toString())), "chdir", "" + root);
    if (c.call(SystemCall.SYS_pivot_root, c.first("."), c.second(".")) >= 0) {
      // The old root now lies on top of the new one.
      umount(Path.of("."), MountFlags.MNT_DETACH);
    }
  }

  private static void remountReadOnly(Fd mounted) {
    long flags = MountFlags.MS_REMOUNT | MountFlags.MS_BIND | MountFlags.MS_RDONLY;
    mountNamed("none", FileCalls.procPath(mounted.number()), "", flags, "");
  }

  private static int openNamespace() {
    return FileCalls.openat(OpenFlags.AT_FDCWD, "/proc/thread-self/ns/mnt", OpenFlags.O_RDONLY, 0);
  }

  @Override
  public List<MountInfo> list() {
    try {
      String text = FileNames.decode(Files.readAllBytes(MOUNTINFO));
      return MountInfo.parseAll(text.lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isMountPoint(Path path) {
    String point = path.toAbsolutePath().normalize().toString();
    return list().stream().anyMatch(mount -> mount.mountPoint().equals(point));
  }
}
