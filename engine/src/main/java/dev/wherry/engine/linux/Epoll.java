package dev.wherry.engine.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Waits for any number of descriptors at once, epoll(7), level-triggered. Descriptors may be added
 * and removed from any thread; one thread at a time waits. Failures are {@link LinuxException}s.
 */
public final class Epoll implements AutoCloseable {
  private static final int EPOLL_CLOEXEC = 0x80000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLL_CTL_MOD = 3;
  private static final int EPOLLONESHOT = 1 << 30;
  private static final int MAX_EVENTS = 64;

  /** struct epoll_event is packed on x86_64 only. */
  private static final int DATA_OFFSET = SystemCall.AARCH64 ? 8 : 4;

  private static final int EVENT_SIZE = DATA_OFFSET + 8;
  private static final ValueLayout.OfLong DATA = ValueLayout.JAVA_LONG_UNALIGNED;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment events = arena.allocate((long) EVENT_SIZE * MAX_EVENTS, 8);
  private final Fd epoll;

  private Epoll(Fd epoll) {
    this.epoll = epoll;
  }

  /** epoll_create1(2). */
  public static Epoll create() {
    long fd = CallState.current().call(SystemCall.SYS_epoll_create1, EPOLL_CLOEXEC);
    return new Epoll(new Fd((int) FileCalls.check(fd, "epoll_create1", "")));
  }

  /**
   * Watches a descriptor.
   *
   * @param mask of {@link Processes#POLLIN} and {@link Processes#POLLOUT}; errors and hang-ups are
   *     always told
   * @param token what {@link #await} returns for it
   */
  public void add(Fd fd, int mask, long token) {
    control(EPOLL_CTL_ADD, fd, mask, token);
  }

  /** Watches a descriptor for one event: after it, nothing is told before {@link #again}. */
  public void addOnce(Fd fd, int mask, long token) {
    control(EPOLL_CTL_ADD, fd, mask | EPOLLONESHOT, token);
  }

  /** Watches for one more event a descriptor that was added with {@link #addOnce}. */
  public void again(Fd fd, int mask, long token) {
    control(EPOLL_CTL_MOD, fd, mask | EPOLLONESHOT, token);
  }

  /** Stops watching a descriptor that is still open; closing the last copy does it too. */
  public void remove(Fd fd) {
    control(EPOLL_CTL_DEL, fd, 0, 0);
  }

  /**
   * Waits until something can be told.
   *
   * @param tokens filled from its beginning
   * @return how many tokens; 0 only if interrupted by a signal
   */
  public int await(long[] tokens) {
    int max = Math.min(tokens.length, MAX_EVENTS);
    long result =
        CallState.current()
            .call(SystemCall.SYS_epoll_pwait, epoll.number(), events.address(), max, -1, 0, 0);
    if (result == -Errno.EINTR.number()) {
      return 0;
    }
    int count = (int) FileCalls.check(result, "epoll_wait", "");
    for (int i = 0; i < count; i++) {
      tokens[i] = events.get(DATA, (long) i * EVENT_SIZE + DATA_OFFSET);
    }
    return count;
  }

  @Override
  public void close() {
    epoll.close();
  }

  private void control(int operation, Fd fd, int mask, long token) {
    CallState c = CallState.current();
    MemorySegment event = c.struct();
    event.set(ValueLayout.JAVA_INT, 0, mask);
    event.set(DATA, DATA_OFFSET, token);
    // Asked for once: it may be closed by whoever awaits it before this call returns.
    int number = fd.number();
    long result =
        c.call(SystemCall.SYS_epoll_ctl, epoll.number(), operation, number, event.address());
    FileCalls.check(result, "epoll_ctl", Integer.toString(number));
  }
}
