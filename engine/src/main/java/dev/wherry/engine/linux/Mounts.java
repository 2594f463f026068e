package dev.wherry.engine.linux;

import java.nio.file.Path;
import java.util.List;

/**
 * Mounts in the daemon's own mount namespace. Failures are {@link LinuxException}s that name the
 * kind of file system and the target.
 */
public interface Mounts {
  /**
   * mount(2).
   *
   * @param source a device, a directory, or any word where the file system has none
   * @param fstype empty where the flags make it meaningless
   * @param flags of {@link MountFlags}
   * @param data options of the file system; E2BIG from a page of memory on
   */
  void mount(String source, Path target, String fstype, long flags, String data);

  /**
   * umount2(2).
   *
   * @param flags {@link MountFlags#MNT_DETACH}, {@link MountFlags#UMOUNT_NOFOLLOW} or 0
   */
  void umount(Path target, int flags);

  /**
   * Mounts an overlay file system. The directories may be so many that their names need more than
   * the page of data that mount(2) takes: then they are named relative to what they have in common.
   * E2BIG if that does not do: 60 layers with names of 64 characters fit, 500 with names of 6 do.
   */
  void overlay(OverlayMount overlay, Path target);

  /** Makes a file or directory appear at a second place, with the mounts below it if recursive. */
  void bind(Path source, Path target, boolean recursive);

  /** Makes what is open appear at a second place; the descriptor may be an O_PATH one. */
  void bind(Fd source, Path target, boolean recursive);

  /**
   * Changes the flags of one bind mount, keeping those that the kernel does not let go.
   *
   * @param flags such as {@link MountFlags#MS_RDONLY}
   */
  void remountBind(Path target, long flags);

  /**
   * Sets how mount events propagate.
   *
   * @param flags one of MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE, with MS_REC for all below
   */
  void propagation(Path target, long flags);

  /**
   * Mounts things inside a tree where nobody else sees it: in a copy of the daemon's mount
   * namespace that lives as long as the result. A place is resolved as {@link RootDir} resolves
   * names and held open while something is mounted on it, so that no link and no renaming leads it
   * out of the tree.
   *
   * @param root directory of the tree
   * @param grafts in this order; their places must exist
   * @param readOnly whether the tree itself, not the grafts, becomes read-only; it has to be a
   *     mount of its own then
   */
  GraftedTree graft(Path root, List<Graft> grafts, boolean readOnly);

  /**
   * Something to be seen in a tree.
   *
   * @param source a directory or file of the host
   * @param place in the tree, a directory or file like the source
   * @param recursive whether what is mounted below the source is seen too
   */
  record Graft(Path source, String place, boolean readOnly, boolean recursive) {}

  /** The daemon's mounts, in the kernel's order. */
  List<MountInfo> list();

  /** Whether something is mounted at exactly this path. */
  boolean isMountPoint(Path path);
}
