package dev.wherry.verticles.stream;

import dev.wherry.engine.launch.ProcessPipe;
import dev.wherry.engine.launch.ProcessStreams;
import dev.wherry.verticles.bus.Contexts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pipes of a process that has no conmon. When it is closed before their end they are read on
 * and what comes is dropped: the process must not wait for a reader that has gone.
 */
final class PipeConnection implements AttachConnection {
  private final ContextInternal context;
  private final Listener listener;
  private final List<Output> outputs;
  private final @Nullable ProcessPipe stdin;
  private boolean reading = true;
  private boolean closed;

  private PipeConnection(ContextInternal context, ProcessStreams.Pipes pipes, Listener listener) {
    this.context = context;
    this.listener = listener;
    this.stdin = pipes.stdin().orElse(null);
    this.outputs =
        List.of(
            new Output(StdStream.STDOUT, pipes.stdout()),
            new Output(StdStream.STDERR, pipes.stderr()));
  }

  /** To be called on the context. */
  static AttachConnection open(
      ContextInternal context, ProcessStreams.Pipes pipes, Listener listener) {
    PipeConnection connection = new PipeConnection(context, pipes, listener);
    connection.outputs.forEach(Output::await);
    return connection;
  }

  private final class Output {
    private final StdStream stream;
    private final ProcessPipe pipe;
    private boolean waiting;
    private boolean ended;

    Output(StdStream stream, ProcessPipe pipe) {
      this.stream = stream;
      this.pipe = pipe;
    }

    void await() {
      if (!waiting && !ended) {
        waiting = true;
        pipe.whenReady(() -> Contexts.run(context, this::read));
      }
    }

    private void read() {
      waiting = false;
      pipe.read().ifPresentOrElse(this::came, this::end);
    }

    private void came(byte[] bytes) {
      if (!closed && bytes.length > 0) {
        listener.output(stream, Buffer.buffer(bytes));
      }
      if (reading || closed) {
        await();
      }
    }

    private void end() {
      ended = true;
      pipe.close();
      outputEnded();
    }
  }

  private void outputEnded() {
    if (!closed && outputs.stream().allMatch(output -> output.ended)) {
      listener.ended();
    }
  }

  @Override
  public Future<Void> write(Buffer input) {
    Promise<Void> taken = context.promise();
    write(input.getBytes(), 0, taken);
    return taken.future();
  }

  private void write(byte[] bytes, int offset, Promise<Void> taken) {
    if (stdin == null || closed) {
      taken.complete();
      return;
    }
    int done = offset + stdin.write(bytes, offset, bytes.length - offset);
    if (done == bytes.length) {
      taken.complete();
    } else {
      stdin.whenReady(() -> Contexts.run(context, () -> write(bytes, done, taken)));
    }
  }

  @Override
  public void shutdownInput() {
    if (stdin != null) {
      stdin.close();
    }
  }

  @Override
  public void setReading(boolean newReading) {
    reading = newReading;
    if (reading) {
      outputs.forEach(Output::await);
    }
  }

  @Override
  public void close() {
    closed = true;
    shutdownInput();
    outputs.forEach(Output::await);
  }
}
