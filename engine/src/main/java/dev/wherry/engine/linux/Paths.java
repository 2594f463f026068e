package dev.wherry.engine.linux;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Files and directories, with what the JDK does not offer: exact modes, owners, nodes, attributes,
 * and trees that nothing can lead out of. Operations on a {@link Path} are for paths that Wherry
 * itself made and trusts; anything named by a user or an image goes through {@link #openRoot}.
 * Failures are {@link LinuxException}s.
 */
public interface Paths {
  /** Opens a directory as a tree of its own. */
  RootDir openRoot(Path directory);

  /** What statx(2) tells of a path, of the link itself if it is one. */
  FileStat lstat(Path path);

  /** As {@link #lstat}, empty if there is nothing. */
  Optional<FileStat> lstatIfPresent(Path path);

  /**
   * mkdir(2) with exactly this mode, given that the process's umask is 0: EEXIST if it is there.
   */
  void mkdir(Path path, int mode);

  /** Makes a directory and its missing parents; what exists keeps its mode. */
  void mkdirs(Path path, int mode);

  /** lchown(2); -1 leaves an id as it is. */
  void chown(Path path, int uid, int gid);

  /** chmod(2), not following a link. */
  void chmod(Path path, int mode);

  /** Access and modification time, not following a link. */
  void utimens(Path path, Instant atime, Instant mtime);

  /** lsetxattr(2). */
  void setxattr(Path path, String name, byte[] value);

  /** lgetxattr(2), empty if it is not set. */
  Optional<byte[]> getxattr(Path path, String name);

  /** llistxattr(2). */
  List<String> listxattr(Path path);

  /** Removes a file or a tree; an absent one is fine. See {@link DirFd#removeTree}. */
  void removeTree(Path path);

  /**
   * Opens a file.
   *
   * @param flags of {@link OpenFlags}; close-on-exec is always added
   * @param mode permission bits of a file that O_CREAT creates
   */
  Fd open(Path path, int flags, int mode);

  /**
   * Marks a directory as the top of trees that have nothing to do with each other ({@code T} of
   * chattr(1)), so that ext4 puts each of its subdirectories into a block group of its own. A file
   * system that knows no such mark stays as it is.
   */
  void markTopOfHierarchies(Path directory);

  /** The file system that holds a path, statfs(2). */
  FileSystemStat statfs(Path path);

  /**
   * What statfs(2) tells.
   *
   * @param type the {@code *_MAGIC} number
   * @param blockSize bytes
   * @param blocks of the block size, all
   * @param free blocks that root may use
   * @param available blocks that others may use
   * @param flags of the mount: {@link MountFlags#MS_RDONLY}, {@code MS_NOSUID}, {@code MS_NODEV},
   *     {@code MS_NOEXEC} mean here what they mean there; others have numbers of their own
   */
  record FileSystemStat(
      long type, long blockSize, long blocks, long free, long available, long flags) {
    public static final long EXT4_SUPER_MAGIC = 0xEF53;
    public static final long XFS_SUPER_MAGIC = 0x58465342;
    public static final long BTRFS_SUPER_MAGIC = 0x9123683E;
    public static final long TMPFS_MAGIC = 0x01021994;
    public static final long OVERLAYFS_SUPER_MAGIC = 0x794c7630;
    public static final long ZFS_SUPER_MAGIC = 0x2FC12FC1;
    public static final long CGROUP_SUPER_MAGIC = 0x27e0eb;
    public static final long CGROUP2_SUPER_MAGIC = 0x63677270;
    public static final long NSFS_MAGIC = 0x6e736673;
  }
}
