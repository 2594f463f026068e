package dev.wherry.engine.linux;

/** Flags of mount(2) and umount2(2), named as there. */
public final class MountFlags {
  public static final long MS_RDONLY = 1;
  public static final long MS_NOSUID = 1 << 1;
  public static final long MS_NODEV = 1 << 2;
  public static final long MS_NOEXEC = 1 << 3;
  public static final long MS_SYNCHRONOUS = 1 << 4;
  public static final long MS_REMOUNT = 1 << 5;
  public static final long MS_MANDLOCK = 1 << 6;
  public static final long MS_DIRSYNC = 1 << 7;
  public static final long MS_NOSYMFOLLOW = 1 << 8;
  public static final long MS_NOATIME = 1 << 10;
  public static final long MS_NODIRATIME = 1 << 11;
  public static final long MS_BIND = 1 << 12;
  public static final long MS_MOVE = 1 << 13;
  public static final long MS_REC = 1 << 14;
  public static final long MS_UNBINDABLE = 1 << 17;
  public static final long MS_PRIVATE = 1 << 18;
  public static final long MS_SLAVE = 1 << 19;
  public static final long MS_SHARED = 1 << 20;
  public static final long MS_RELATIME = 1 << 21;
  public static final long MS_STRICTATIME = 1 << 24;
  public static final long MS_LAZYTIME = 1 << 25;

  /** umount2(2): no longer reachable at once, unmounted when no longer in use. */
  public static final int MNT_DETACH = 2;

  /** umount2(2): the target is not followed if it is a symbolic link. */
  public static final int UMOUNT_NOFOLLOW = 8;

  private MountFlags() {}
}
