package dev.wherry.engine.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** Sends and receives whole frames by a link of the namespace that opened it, packet(7). */
public final class PacketSocket implements AutoCloseable {
  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;
  private static final int ETH_P_ALL = 3;
  private static final int SOCKADDR_LL = 20;
  private static final int FRAME = 2048;
  private static final ValueLayout.OfShort NETWORK_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final Fd fd;

  private PacketSocket(Fd fd) {
    this.fd = fd;
  }

  /** Opens one for a link of the calling thread's namespace. */
  public static PacketSocket open(String link) {
    int index;
    try (Netlink netlink = LinuxNetlink.open()) {
      index = netlink.link(link).orElseThrow().index();
    }
    CallState c = CallState.current();
    long socket =
        c.call(
            SystemCall.SYS_socket,
            AF_PACKET,
            SOCK_RAW | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC,
            Short.reverseBytes((short) ETH_P_ALL) & 0xFFFF);
    Fd fd = new Fd((int) FileCalls.check(socket, "socket", "AF_PACKET"));
    MemorySegment address = c.struct();
    address.asSlice(0, SOCKADDR_LL).fill((byte) 0);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
    address.set(NETWORK_SHORT, 2, (short) ETH_P_ALL);
    address.set(ValueLayout.JAVA_INT, 4, index);
    FileCalls.check(
        c.call(SystemCall.SYS_bind, fd.number(), address.address(), SOCKADDR_LL), "bind", link);
    return new PacketSocket(fd);
  }

  /** Sends a frame with its Ethernet header. */
  public void send(byte[] frame) {
    fd.write(frame, 0, frame.length);
  }

  /** The next frame that came in or went out; empty if there is none now. */
  public Optional<byte[]> receive() {
    byte[] frame = new byte[FRAME];
    int length = fd.readNow(frame, 0, frame.length);
    return length <= 0 ? Optional.empty() : Optional.of(Arrays.copyOf(frame, length));
  }

  @Override
  public void close() {
    fd.close();
  }
}
