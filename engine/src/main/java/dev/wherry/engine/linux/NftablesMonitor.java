package dev.wherry.engine.linux;

import java.util.function.Consumer;

/**
 * Tells when a table goes away from the nftables rule set of the namespace it was opened in, by
 * whose hand ever: {@code nft flush ruleset} by an administrator, or a firewall service that starts
 * anew. Changes by this process are told too.
 */
public final class NftablesMonitor implements AutoCloseable {
  private static final int NFNLGRP_NFTABLES = 7;
  private static final int NFT_MSG_DELTABLE = (10 << 8) | 2;
  private static final int NFTA_TABLE_NAME = 1;
  private static final int NFGENMSG = 4;

  private static final long EVENTS = 1;
  private static final long STOP = 2;

  private final NetlinkSocket socket;
  private final Fd stop = new LinuxProcesses().eventfd(true);
  private final Epoll epoll = Epoll.create();
  private final Thread thread;

  private NftablesMonitor(NetlinkSocket socket, Consumer<String> gone) {
    this.socket = socket;
    epoll.add(socket.fd(), Processes.POLLIN, EVENTS);
    epoll.add(stop, Processes.POLLIN, STOP);
    this.thread = Thread.ofPlatform().name("nftables-monitor").daemon().unstarted(() -> run(gone));
  }

  /**
   * Starts to watch, in the calling thread's network namespace.
   *
   * @param gone told the table's name, from a thread of its own; when events were lost, the empty
   *     name
   */
  public static NftablesMonitor open(Consumer<String> gone) {
    NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.NETLINK_NETFILTER);
    socket.join(NFNLGRP_NFTABLES);
    NftablesMonitor monitor = new NftablesMonitor(socket, gone);
    monitor.thread.start();
    return monitor;
  }

  private void run(Consumer<String> gone) {
    long[] tokens = new long[2];
    while (true) {
      int count = epoll.await(tokens);
      for (int i = 0; i < count; i++) {
        if (tokens[i] == STOP) {
          return;
        }
        tell(gone);
      }
    }
  }

  private void tell(Consumer<String> gone) {
    try {
      for (NetlinkReply event : NetlinkReply.parse(socket.receive())) {
        if (event.type() == NFT_MSG_DELTABLE) {
          byte[] name = event.attributes(NFGENMSG).get(NFTA_TABLE_NAME);
          gone.accept(name == null ? "" : NetlinkReply.string(name));
        }
      }
    } catch (LinuxException e) {
      if (!e.is(Errno.ENOBUFS)) {
        throw e;
      }
      gone.accept("");
    }
  }

  /** Stops; no event is told after that. A second time nothing happens. */
  @Override
  public synchronized void close() {
    if (!stop.isOpen()) {
      return;
    }
    stop.write(new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 0, 8);
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    epoll.close();
    socket.close();
    stop.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
