package dev.wherry.engine.launch;

import dev.wherry.engine.linux.Fd;

/** A supervisor whose end shows on a descriptor: a pipe it holds open, or its process handle. */
final class WatchedSupervised implements Supervisor.Supervised {
  private final FdWatcher watcher;
  private final int pid;
  private final long startTime;
  private final Fd fd;
  private final FdWatcher.Listener stillThere;
  private volatile long token;

  /**
   * @param stillThere asked when the descriptor is readable
   */
  WatchedSupervised(
      FdWatcher watcher, int pid, long startTime, Fd fd, FdWatcher.Listener stillThere) {
    this.watcher = watcher;
    this.pid = pid;
    this.startTime = startTime;
    this.fd = fd;
    this.stillThere = stillThere;
  }

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public long startTime() {
    return startTime;
  }

  @Override
  public void onGone(Runnable gone) {
    token =
        watcher.watch(
            fd,
            readable -> {
              if (stillThere.ready(readable)) {
                return true;
              }
              gone.run();
              return false;
            });
  }

  @Override
  public void close() {
    if (token == 0) {
      fd.close();
    } else {
      watcher.forget(token);
    }
  }
}
