package dev.wherry.verticles.stream;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Input on its way to a process: kept until there is a connection, then sent piece by piece, each
 * when the one before is taken. conmon reads one packet of at most {@value
 * AttachConnection#MAX_INPUT} bytes at a time and drops what is longer, so pieces are never joined.
 * Confined to one context.
 */
final class StdinPump {
  private final ContextInternal context;
  private final Queue<Piece> waiting = new ArrayDeque<>();
  private @Nullable AttachConnection connection;
  private boolean sending;
  private boolean finishing;

  private record Piece(Buffer data, Promise<Void> taken) {}

  StdinPump(ContextInternal context) {
    this.context = context;
  }

  /** Completes when the process's side has taken it, or when it never will. */
  Future<Void> write(Buffer data) {
    if (finishing || data.length() == 0) {
      return context.succeededFuture();
    }
    Promise<Void> taken = context.promise();
    int offset = 0;
    while (data.length() - offset > AttachConnection.MAX_INPUT) {
      int end = offset + AttachConnection.MAX_INPUT;
      waiting.add(new Piece(data.slice(offset, end), context.promise()));
      offset = end;
    }
    waiting.add(new Piece(data.slice(offset, data.length()), taken));
    advance();
    return taken.future();
  }

  /** Closes the process's input after what was written. */
  void finish() {
    if (!finishing) {
      finishing = true;
      advance();
    }
  }

  void connected(AttachConnection newConnection) {
    connection = newConnection;
    advance();
  }

  /** The process has gone: what it did not take is dropped, and a new one begins afresh. */
  void reset() {
    connection = null;
    sending = false;
    finishing = false;
    for (Piece piece = waiting.poll(); piece != null; piece = waiting.poll()) {
      piece.taken().tryComplete();
    }
  }

  private void advance() {
    AttachConnection to = connection;
    if (to == null || sending) {
      return;
    }
    Piece piece = waiting.poll();
    if (piece != null) {
      sending = true;
      to.write(piece.data()).onComplete(done -> taken(to, piece));
    } else if (finishing) {
      to.shutdownInput();
      connection = null;
    }
  }

  private void taken(AttachConnection by, Piece piece) {
    piece.taken().tryComplete();
    if (by.equals(connection)) {
      sending = false;
      advance();
    }
  }
}
