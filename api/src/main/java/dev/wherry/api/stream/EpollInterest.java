package dev.wherry.api.stream;

import io.netty.channel.Channel;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * Keeps a channel in its epoll set for as long as it is open.
 *
 * <p>Netty (4.2.13 to 4.2.20; not 4.2.10) takes a channel out of the set when no event is of
 * interest any more, as after the client's half-close, and forgets to put it back when a write has
 * to wait for room: the write fails with ENOENT, and what was not yet written is lost ({@code
 * EpollIoHandler.DefaultEpollIoRegistration.submit}). So one interest is added that never comes
 * true. Netty shows no way to add one but its own.
 */
final class EpollInterest {
  /** epoll_ctl(2): EPOLLMSG, which is ignored. */
  private static final int EPOLLMSG = 0x400;

  private static final Method SET_FLAG = setFlag();

  private EpollInterest() {}

  private static Method setFlag() {
    try {
      Method method =
          Class.forName("io.netty.channel.epoll.AbstractEpollChannel")
              .getDeclaredMethod("setFlag", int.class);
      method.setAccessible(true);
      return method;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Netty has another epoll transport", e);
    }
  }

  /** To be called on the channel's event loop. */
  static void keep(Channel channel) {
    try {
      SET_FLAG.invoke(channel, EPOLLMSG);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("cannot keep a connection in its epoll set", e);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("cannot keep a connection in its epoll set", e.getCause());
    }
  }
}
