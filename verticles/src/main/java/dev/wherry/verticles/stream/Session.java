package dev.wherry.verticles.stream;

import dev.wherry.verticles.bus.QueuedStream;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A client's place at a {@link ProcessStdio}: its own queue of output, and a way in. */
final class Session implements StdioSession {
  /** As much is queued for a client as dockerd queues before the process is held up. */
  private static final long HIGH_WATER = 1_000_000;

  /** How much is kept for a client that does not read before the process is held up: 1 GiB. */
  private static final long MOST_BEHIND = 1L << 30;

  /** How often a client that holds up the process is looked at before it is let go. */
  private static final int MOST_LOOKS = 60;

  /** How much is read back at a time. */
  private static final int REFILL = 256 << 10;

  /** What a chunk costs besides its bytes, so that many tiny ones count too. */
  private static final int CHUNK_OVERHEAD = 128;

  private final ProcessStdio process;
  private final StreamSelection selection;
  private final QueuedStream<StdioChunk> output;
  private final SessionInput input;
  private final Runnable whenDetached;

  /** Live output that waits for the log's replay; on the process's context. */
  private @Nullable List<StdioChunk> held;

  private long heldBytes;

  /** Output that the client did not read in time; on the process's context. */
  private @Nullable Overflow overflow;

  private boolean refilling;

  /** How often it was looked at since the client last read from what is kept. */
  private int looks;

  /** Whether the output is to end when all is replayed; on the process's context. */
  private boolean ended;

  Session(
      ProcessStdio process,
      ContextInternal client,
      StreamSelection selection,
      boolean replaying,
      Runnable whenDetached) {
    this.process = process;
    this.selection = selection;
    this.whenDetached = whenDetached;
    this.held = replaying ? new ArrayList<>() : null;
    this.output =
        new QueuedStream<>(client, Session::weight, HIGH_WATER, () -> process.roomForOutput(this));
    this.input = new SessionInput(process, this, client);
  }

  private static long weight(StdioChunk chunk) {
    return (long) chunk.data().length() + CHUNK_OVERHEAD;
  }

  boolean hasInput() {
    return selection.stdin();
  }

  /** Where the replay of the log goes. */
  QueuedStream<StdioChunk> queue() {
    return output;
  }

  /**
   * On the process's context.
   *
   * @return whether there is room for more
   */
  boolean offer(StdioChunk chunk) {
    if (!selection.wants(chunk.stream())) {
      return true;
    }
    Overflow behind = overflow;
    if (behind != null) {
      behind.add(chunk);
    } else if (held != null) {
      held.add(chunk);
      heldBytes += weight(chunk);
    } else {
      output.offer(chunk);
    }
    return !isFull();
  }

  /**
   * Told each second while the process is held up. On the process's context.
   *
   * @return whether this client holds it up and has not read for a very long time
   */
  boolean isStuck() {
    Overflow behind = overflow;
    return behind != null && behind.queued() >= MOST_BEHIND && ++looks >= MOST_LOOKS;
  }

  /** The client does not read: what comes goes into a file. On the process's context. */
  void stalled(Supplier<Overflow> file) {
    if (overflow == null && isFull()) {
      overflow = file.get();
      overflow.whenLess(() -> process.roomForOutput(this));
      if (held != null) {
        held.forEach(overflow::add);
        held.clear();
        heldBytes = 0;
      }
    }
  }

  /** The client has read: it gets more of what was kept. On the process's context. */
  void refill() {
    Overflow behind = overflow;
    if (behind == null || held != null || refilling || output.isFull()) {
      return;
    }
    refilling = true;
    looks = 0;
    behind
        .take(REFILL)
        .onComplete(
            (chunks, failure) -> {
              refilling = false;
              if (failure != null) {
                fail(failure);
                return;
              }
              chunks.forEach(output::offer);
              if (behind.queued() > 0) {
                refill();
              } else {
                caughtUp(behind);
              }
            });
  }

  private void caughtUp(Overflow behind) {
    overflow = null;
    behind.close();
    if (ended) {
      output.end();
    }
  }

  /** The client has gone, or is given up. On the process's context. */
  void discard() {
    Overflow behind = overflow;
    if (behind != null) {
      overflow = null;
      behind.close();
    }
  }

  /** The replay is complete: what was held follows it. On the process's context. */
  void replayed() {
    List<StdioChunk> chunks = held;
    held = null;
    heldBytes = 0;
    if (chunks != null) {
      chunks.forEach(output::offer);
    }
    if (overflow != null) {
      refill();
    } else if (ended) {
      output.end();
    }
  }

  boolean isFull() {
    Overflow behind = overflow;
    return behind == null
        ? output.isFull() || heldBytes >= HIGH_WATER
        : behind.unwritten() >= HIGH_WATER || behind.queued() >= MOST_BEHIND;
  }

  /** The process's side has ended. On the process's context. */
  void end() {
    input.close();
    ended = true;
    if (held == null && overflow == null) {
      output.end();
    }
  }

  void fail(Throwable cause) {
    discard();
    input.close();
    output.fail(cause);
  }

  @Override
  public ReadStream<StdioChunk> output() {
    return output;
  }

  @Override
  public WriteStream<Buffer> stdin() {
    return input;
  }

  @Override
  public void detach() {
    if (!output.finished().isComplete()) {
      whenDetached.run();
      close();
    }
  }

  @Override
  public void close() {
    input.close();
    output.cancel();
    process.leave(this);
  }

  @Override
  public Future<Void> ended() {
    return output.finished();
  }
}
