package dev.wherry.engine.relay;

import dev.wherry.engine.linux.Epoll;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.linux.Sockets;
import dev.wherry.engine.network.PortRelays.Relay;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All relayed TCP connections, on one thread that is there from the first such port on.
 *
 * <p>Not on Netty's event loops: its epoll transport (4.2.18) forgets that a descriptor has left
 * its epoll set, which happens when the one side of a connection has ended, and closes the
 * connection when the other side has to wait afterwards.
 */
public final class TcpRelays implements AutoCloseable {
  static final Logger LOG = LoggerFactory.getLogger(TcpRelays.class);

  /** Connections of all ports together; each costs two descriptors, and memory when it waits. */
  private static final int MOST = 1024;

  private static final long STOP = 0;
  private static final long PAUSE_NANOS = 20_000_000;

  /** What is done when a descriptor is ready; on the thread, and without waiting. */
  interface Listener {
    void ready();
  }

  private final Sockets sockets;
  private final Processes processes;
  private final Map<Long, Listener> listeners = new ConcurrentHashMap<>();
  private final AtomicLong lastToken = new AtomicLong(STOP);
  private final Semaphore places = new Semaphore(MOST);
  private @Nullable Epoll epoll;
  private @Nullable Fd stop;
  private @Nullable Thread thread;

  public TcpRelays(Sockets sockets, Processes processes) {
    this.sockets = sockets;
    this.processes = processes;
  }

  /** See {@link dev.wherry.engine.network.PortRelays#tcp}. */
  public Relay start(Fd listening, InetSocketAddress target) {
    CarriedPort port = new CarriedPort(this, sockets, listening, target);
    port.token(watch(listening, Processes.POLLIN, port));
    return port;
  }

  private synchronized Epoll epoll() {
    Epoll present = epoll;
    if (present != null) {
      return present;
    }
    Epoll made = Epoll.create();
    Fd stopping = processes.eventfd(true);
    made.add(stopping, Processes.POLLIN, STOP);
    epoll = made;
    stop = stopping;
    thread = Thread.ofPlatform().daemon().name("port-relay").start(() -> run(made));
    return made;
  }

  /** Tells whenever a descriptor is ready, until it is closed and forgotten. */
  private long watch(Fd fd, int mask, Listener listener) {
    long token = lastToken.incrementAndGet();
    listeners.put(token, listener);
    epoll().add(fd, mask, token);
    return token;
  }

  /** Tells once when a descriptor is ready, and once more after each {@link #again}. */
  long watchOnce(Fd fd, int mask, Listener listener) {
    long token = lastToken.incrementAndGet();
    listeners.put(token, listener);
    epoll().addOnce(fd, mask, token);
    return token;
  }

  void again(Fd fd, int mask, long token) {
    epoll().again(fd, mask, token);
  }

  /** Tells nothing more of a descriptor that is closed. */
  void forget(long token) {
    listeners.remove(token);
  }

  boolean takePlace() {
    return places.tryAcquire();
  }

  void givePlace() {
    places.release();
  }

  private void run(Epoll on) {
    long[] tokens = new long[64];
    while (true) {
      int count = on.await(tokens);
      for (int i = 0; i < count; i++) {
        if (tokens[i] == STOP) {
          return;
        }
        Listener listener = listeners.get(tokens[i]);
        if (listener != null) {
          tell(listener);
        }
      }
    }
  }

  private static void tell(Listener listener) {
    try {
      listener.ready();
    } catch (LinuxException e) {
      LOG.warn("a relayed port: {}", e.getMessage());
      // Nothing to be had, such as descriptors: it would be told again at once.
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Ends the thread; the ports are closed by their owners. */
  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      running = thread;
      if (running == null || stop == null) {
        return;
      }
      stop.write(new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 0, 8);
      thread = null;
    }
    try {
      running.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closeDescriptors();
  }

  private synchronized void closeDescriptors() {
    if (epoll != null && stop != null) {
      epoll.close();
      stop.close();
    }
  }
}
