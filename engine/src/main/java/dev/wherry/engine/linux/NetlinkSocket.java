package dev.wherry.engine.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** A raw socket of netlink(7), of one family, bound to the namespace it was opened in. */
final class NetlinkSocket implements AutoCloseable {
  static final int NETLINK_ROUTE = 0;
  static final int NETLINK_NETFILTER = 12;

  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int SOL_NETLINK = 270;
  private static final int SOCKADDR_NL = 12;
  private static final int NETLINK_CAP_ACK = 10;
  private static final int NETLINK_EXT_ACK = 11;

  private final Fd fd;

  private NetlinkSocket(Fd fd) {
    this.fd = fd;
  }

  static NetlinkSocket open(int family) {
    long result =
        CallState.current()
            .call(SystemCall.SYS_socket, AF_NETLINK, SOCK_RAW | OpenFlags.O_CLOEXEC, family);
    Fd fd = new Fd((int) FileCalls.check(result, "socket", "AF_NETLINK"));
    try {
      NetlinkSocket socket = new NetlinkSocket(fd);
      socket.set(NETLINK_CAP_ACK, 1);
      socket.set(NETLINK_EXT_ACK, 1);
      return socket;
    } catch (LinuxException e) {
      fd.close();
      throw e;
    }
  }

  /** Joins a multicast group, 1 to 32; the kernel tells groups nothing on a socket not bound. */
  void join(int group) {
    CallState c = CallState.current();
    MemorySegment address = c.struct();
    address.set(ValueLayout.JAVA_INT, 0, AF_NETLINK);
    address.set(ValueLayout.JAVA_INT, 4, 0);
    address.set(ValueLayout.JAVA_INT, 8, 1 << (group - 1));
    long result = c.call(SystemCall.SYS_bind, fd.number(), address.address(), SOCKADDR_NL);
    FileCalls.check(result, "bind", "netlink group " + group);
  }

  Fd fd() {
    return fd;
  }

  void send(byte[] messages) {
    CallState c = CallState.current();
    MemorySegment buffer = c.buffer();
    MemorySegment.copy(messages, 0, buffer, ValueLayout.JAVA_BYTE, 0, messages.length);
    long result =
        c.call(SystemCall.SYS_sendto, fd.number(), buffer.address(), messages.length, 0, 0, 0);
    FileCalls.check(result, "sendto", "netlink");
  }

  /** One datagram of answers or events; waits for it. */
  byte[] receive() {
    CallState c = CallState.current();
    MemorySegment buffer = c.buffer();
    long result;
    do {
      result =
          c.call(
              SystemCall.SYS_recvfrom,
              fd.number(),
              buffer.address(),
              CallState.BUFFER_SIZE,
              0,
              0,
              0);
    } while (result == -Errno.EINTR.number());
    FileCalls.check(result, "recvfrom", "netlink");
    return buffer.asSlice(0, result).toArray(ValueLayout.JAVA_BYTE);
  }

  /**
   * Waits for the answers to messages that asked for one, and throws the first failure.
   *
   * @param first the sequence number of the first message; the others follow it
   * @param describe what the message of an index was about
   */
  void acknowledged(int first, int count, IntFunction<String> describe) {
    LinuxException failure = null;
    int answered = 0;
    while (answered < count) {
      for (NetlinkReply reply : NetlinkReply.parse(receive())) {
        int index = reply.sequence() - first;
        if (!reply.isError() || index < 0) {
          continue; // left over from a request given up before
        }
        answered++;
        if (reply.errorNumber() != 0 && failure == null) {
          failure = reply.failure(describe.apply(index));
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Sends a request for many objects and takes each in as it comes. */
  void dump(byte[] message, int sequence, String what, Consumer<NetlinkReply> objects) {
    send(message);
    while (true) {
      for (NetlinkReply reply : NetlinkReply.parse(receive())) {
        if (reply.sequence() != sequence) {
          continue;
        }
        if (reply.isError()) {
          throw reply.failure(what);
        }
        if (reply.isDone()) {
          return;
        }
        objects.accept(reply);
      }
    }
  }

  private void set(int option, int value) {
    CallState c = CallState.current();
    c.struct().set(ValueLayout.JAVA_INT, 0, value);
    long result =
        c.call(
            SystemCall.SYS_setsockopt, fd.number(), SOL_NETLINK, option, c.struct().address(), 4);
    FileCalls.check(result, "setsockopt", "netlink option " + option);
  }

  @Override
  public void close() {
    fd.close();
  }
}
