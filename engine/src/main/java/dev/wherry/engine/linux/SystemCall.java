package dev.wherry.engine.linux;

/**
 * System call numbers, named as in syscalls(2) and the kernel's {@code asm/unistd.h}, for x86_64
 * and aarch64. Everything that the kernel offers as a system call is called by number through one
 * linked function, {@code syscall(2)}: linking a function costs milliseconds on first use.
 */
final class SystemCall {
  static final boolean AARCH64 = architecture().equals("aarch64");

  /** Marks a call of the x32 ABI, {@code __X32_SYSCALL_BIT} of {@code asm/unistd.h}. */
  static final int X32_SYSCALL_BIT = 0x40000000;

  static final int SYS_read = nr(0, 63);
  static final int SYS_write = nr(1, 64);
  static final int SYS_close = nr(3, 57);
  static final int SYS_lseek = nr(8, 62);
  static final int SYS_ioctl = nr(16, 29);
  static final int SYS_pread64 = nr(17, 67);
  static final int SYS_pwrite64 = nr(18, 68);
  static final int SYS_getpid = nr(39, 172);
  static final int SYS_socket = nr(41, 198);
  static final int SYS_connect = nr(42, 203);
  static final int SYS_sendto = nr(44, 206);
  static final int SYS_recvfrom = nr(45, 207);
  static final int SYS_bind = nr(49, 200);
  static final int SYS_shutdown = nr(48, 210);
  static final int SYS_listen = nr(50, 201);
  static final int SYS_getsockname = nr(51, 204);
  static final int SYS_setsockopt = nr(54, 208);
  static final int SYS_madvise = nr(28, 233);
  static final int SYS_wait4 = nr(61, 260);
  static final int SYS_kill = nr(62, 129);
  static final int SYS_fcntl = nr(72, 25);
  static final int SYS_flock = nr(73, 32);
  static final int SYS_fsync = nr(74, 82);
  static final int SYS_fdatasync = nr(75, 83);
  static final int SYS_ftruncate = nr(77, 46);
  static final int SYS_chdir = nr(80, 49);
  static final int SYS_fchmod = nr(91, 52);
  static final int SYS_fchown = nr(93, 55);
  static final int SYS_umask = nr(95, 166);
  static final int SYS_geteuid = nr(107, 175);
  static final int SYS_statfs = nr(137, 43);
  static final int SYS_pivot_root = nr(155, 41);
  static final int SYS_prctl = nr(157, 167);
  static final int SYS_mount = nr(165, 40);
  static final int SYS_umount2 = nr(166, 39);
  static final int SYS_lsetxattr = nr(189, 6);
  static final int SYS_fsetxattr = nr(190, 7);
  static final int SYS_lgetxattr = nr(192, 9);
  static final int SYS_fgetxattr = nr(193, 10);
  static final int SYS_llistxattr = nr(195, 12);
  static final int SYS_flistxattr = nr(196, 13);
  static final int SYS_lremovexattr = nr(198, 15);
  static final int SYS_getdents64 = nr(217, 61);
  static final int SYS_epoll_ctl = nr(233, 21);
  static final int SYS_openat = nr(257, 56);
  static final int SYS_mkdirat = nr(258, 34);
  static final int SYS_mknodat = nr(259, 33);
  static final int SYS_fchownat = nr(260, 54);
  static final int SYS_unlinkat = nr(263, 35);
  static final int SYS_linkat = nr(265, 37);
  static final int SYS_symlinkat = nr(266, 36);
  static final int SYS_readlinkat = nr(267, 78);
  static final int SYS_ppoll = nr(271, 73);
  static final int SYS_unshare = nr(272, 97);
  static final int SYS_utimensat = nr(280, 88);
  static final int SYS_epoll_pwait = nr(281, 22);
  static final int SYS_fallocate = nr(285, 47);
  static final int SYS_accept4 = nr(288, 242);
  static final int SYS_eventfd2 = nr(290, 19);
  static final int SYS_epoll_create1 = nr(291, 20);
  static final int SYS_pipe2 = nr(293, 59);
  static final int SYS_syncfs = nr(306, 267);
  static final int SYS_setns = nr(308, 268);
  static final int SYS_renameat2 = nr(316, 276);
  static final int SYS_memfd_create = nr(319, 279);
  static final int SYS_statx = nr(332, 291);
  static final int SYS_pidfd_send_signal = nr(424, 424);
  static final int SYS_pidfd_open = nr(434, 434);
  static final int SYS_openat2 = nr(437, 437);
  static final int SYS_fchmodat = nr(268, 53);
  static final int SYS_fchmodat2 = nr(452, 452);

  private SystemCall() {}

  private static int nr(int x8664, int aarch64) {
    return AARCH64 ? aarch64 : x8664;
  }

  private static String architecture() {
    String arch = System.getProperty("os.arch", "");
    return switch (arch) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64" -> "aarch64";
      default -> throw new UnsupportedOperationException("unsupported architecture: " + arch);
    };
  }
}
