package dev.wherry.engine.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;

/** {@link Sockets} by socket(2). */
public final class LinuxSockets implements Sockets {
  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_SEQPACKET = 5;
  private static final int SOCK_NONBLOCK = OpenFlags.O_NONBLOCK;
  private static final int SOCK_CLOEXEC = OpenFlags.O_CLOEXEC;
  private static final int IPPROTO_TCP = 6;
  private static final int IPPROTO_SCTP = 132;
  private static final int TCP_NODELAY = 1;
  private static final int SHUT_WR = 1;
  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;
  private static final int SUN_PATH = 2;
  private static final int SUN_PATH_MAX = 107;
  private static final ValueLayout.OfShort NETWORK_SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  @Override
  public Fd connectSeqpacket(Path path) {
    return connect(path, SOCK_SEQPACKET);
  }

  @Override
  public Fd connectDatagram(Path path) {
    return connect(path, SOCK_DGRAM);
  }

  private static Fd connect(Path path, int type) {
    if (FileNames.encode(path.toString()).length <= SUN_PATH_MAX) {
      return connect(path.toString(), path, type);
    }
    Path directory = path.toAbsolutePath().getParent();
    Path name = path.getFileName();
    if (directory == null || name == null) {
      throw new LinuxException(Errno.EINVAL, "connect", path.toString());
    }
    int flags = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;
    try (Fd parent = new Fd(FileCalls.openat(OpenFlags.AT_FDCWD, directory.toString(), flags, 0))) {
      return connect(FileCalls.procPath(parent.number()) + "/" + name, path, type);
    }
  }

  private static Fd connect(String name, Path path, int type) {
    byte[] bytes = FileNames.encode(name);
    if (bytes.length > SUN_PATH_MAX) {
      throw new LinuxException(Errno.ENAMETOOLONG, "connect", path.toString());
    }
    Fd socket = socket(AF_UNIX, type);
    CallState c = CallState.current();
    MemorySegment address = c.struct();
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, SUN_PATH, bytes.length);
    address.set(ValueLayout.JAVA_BYTE, SUN_PATH + bytes.length, (byte) 0);
    int length = SUN_PATH + bytes.length + 1;
    return finish(
        socket,
        c.call(SystemCall.SYS_connect, socket.number(), address.address(), length),
        "connect",
        path.toString());
  }

  @Override
  public Fd bindUdp(InetSocketAddress address) {
    return bind(socket(family(address), SOCK_DGRAM), address);
  }

  @Override
  public Fd listenTcp(InetSocketAddress address, int backlog) {
    return listen(socket(family(address), SOCK_STREAM), address, backlog);
  }

  @Override
  public Fd listenSctp(InetSocketAddress address, int backlog) {
    return listen(socket(family(address), SOCK_STREAM, IPPROTO_SCTP), address, backlog);
  }

  private static Fd listen(Fd socket, InetSocketAddress address, int backlog) {
    // so that connections of a former listener in TIME_WAIT are no hindrance; a listener still is
    setOption(socket, SOL_SOCKET, SO_REUSEADDR, 1);
    bind(socket, address);
    long result = CallState.current().call(SystemCall.SYS_listen, socket.number(), backlog);
    return finish(socket, result, "listen", address.toString());
  }

  @Override
  public Fd connectUdp(InetSocketAddress address) {
    Fd socket = socket(family(address), SOCK_DGRAM);
    return finish(socket, connect(socket, address), "connect", address.toString());
  }

  @Override
  public Fd beginTcp(InetSocketAddress address) {
    Fd socket = socket(family(address), SOCK_STREAM);
    setOption(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    long result = connect(socket, address);
    boolean begun = result == -Errno.EINPROGRESS.number();
    return finish(socket, begun ? 0 : result, "connect", address.toString());
  }

  private static long connect(Fd socket, InetSocketAddress address) {
    CallState c = CallState.current();
    int length = sockaddr(c.struct(), address);
    return c.call(SystemCall.SYS_connect, socket.number(), c.struct().address(), length);
  }

  @Override
  public Optional<Fd> accept(Fd listening) {
    int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    long fd = CallState.current().call(SystemCall.SYS_accept4, listening.number(), 0, 0, flags);
    boolean none = fd == -Errno.EAGAIN.number() || fd == -Errno.ECONNABORTED.number();
    if (none) {
      return Optional.empty();
    }
    Fd socket = new Fd((int) FileCalls.check(fd, "accept", listening.toString()));
    setOption(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    return Optional.of(socket);
  }

  @Override
  public void shutdownOutput(Fd socket) {
    long result = CallState.current().call(SystemCall.SYS_shutdown, socket.number(), SHUT_WR);
    if (result != -Errno.ENOTCONN.number()) {
      FileCalls.check(result, "shutdown", socket.toString());
    }
  }

  @Override
  public int localPort(Fd socket) {
    CallState c = CallState.current();
    MemorySegment s = c.struct();
    s.set(ValueLayout.JAVA_INT, 0, 128);
    long result = c.call(SystemCall.SYS_getsockname, socket.number(), s.address() + 8, s.address());
    FileCalls.check(result, "getsockname", socket.toString());
    return s.get(NETWORK_SHORT, 8 + 2) & 0xFFFF;
  }

  private static Fd bind(Fd socket, InetSocketAddress address) {
    if (family(address) == AF_INET6) {
      setOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    }
    CallState c = CallState.current();
    int length = sockaddr(c.struct(), address);
    long result = c.call(SystemCall.SYS_bind, socket.number(), c.struct().address(), length);
    return finish(socket, result, "bind", address.toString());
  }

  private static int sockaddr(MemorySegment s, InetSocketAddress address) {
    byte[] ip = ip(address).getAddress();
    s.set(ValueLayout.JAVA_SHORT, 0, (short) family(address));
    s.set(NETWORK_SHORT, 2, (short) address.getPort());
    s.asSlice(4, 24).fill((byte) 0);
    int offset = ip.length == 4 ? 4 : 8;
    MemorySegment.copy(ip, 0, s, ValueLayout.JAVA_BYTE, offset, ip.length);
    return ip.length == 4 ? 16 : 28;
  }

  private static int family(InetSocketAddress address) {
    return ip(address) instanceof Inet6Address ? AF_INET6 : AF_INET;
  }

  private static InetAddress ip(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    if (ip == null) {
      throw new LinuxException(Errno.EINVAL, "unresolved address", address.toString());
    }
    return ip;
  }

  private static Fd socket(int family, int type) {
    return socket(family, type, 0);
  }

  private static Fd socket(int family, int type, int protocol) {
    long fd =
        CallState.current()
            .call(SystemCall.SYS_socket, family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    return new Fd((int) FileCalls.check(fd, "socket", Integer.toString(family)));
  }

  private static void setOption(Fd socket, int level, int option, int value) {
    CallState c = CallState.current();
    c.struct().set(ValueLayout.JAVA_INT, 0, value);
    long result =
        c.call(SystemCall.SYS_setsockopt, socket.number(), level, option, c.struct().address(), 4);
    finish(socket, result, "setsockopt", Integer.toString(option));
  }

  /** The socket, closed if what was done to it failed. */
  private static Fd finish(Fd socket, long result, String call, String argument) {
    if (result < 0) {
      socket.close();
    }
    FileCalls.check(result, call, argument);
    return socket;
  }
}
