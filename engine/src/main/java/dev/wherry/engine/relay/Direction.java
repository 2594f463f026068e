package dev.wherry.engine.relay;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.Sockets;

/** What flows one way; no more is taken in than can be passed on. */
final class Direction {
  private static final int CHUNK = 16 * 1024;

  /** Chunks at a time, so that other connections get their turn. */
  private static final int TURN = 32;

  private static final byte[] NOTHING = {};

  private final Sockets sockets;
  private final Fd from;
  private final Fd to;

  /** Kept only while something waits in it: most connections rest most of the time. */
  private byte[] waiting = NOTHING;

  private int start;
  private int end;
  private boolean ended;
  private boolean over;

  Direction(Sockets sockets, Fd from, Fd to) {
    this.sockets = sockets;
    this.from = from;
    this.to = to;
  }

  /** Passes on what there is, as far as it is taken. */
  void carry() {
    for (int i = 0; i < TURN && !over; i++) {
      if (!passOn()) {
        return;
      }
      if (ended) {
        over = true;
        sockets.shutdownOutput(to);
        return;
      }
      byte[] chunk = waiting.length == 0 ? new byte[CHUNK] : waiting;
      int read = from.readNow(chunk, 0, CHUNK);
      if (read == 0) {
        waiting = NOTHING;
        return;
      }
      ended = read < 0;
      waiting = chunk;
      start = 0;
      end = Math.max(read, 0);
    }
  }

  /** Whether nothing waits any more. */
  private boolean passOn() {
    while (start < end) {
      int written = to.writeNow(waiting, start, end - start);
      if (written == 0) {
        return false;
      }
      start += written;
    }
    return true;
  }

  boolean wantsInput() {
    return !ended && !waits();
  }

  boolean waits() {
    return start < end || (ended && !over);
  }

  /** Whether its end was passed on. */
  boolean isOver() {
    return over;
  }
}
