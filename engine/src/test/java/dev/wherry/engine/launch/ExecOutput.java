package dev.wherry.engine.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxProcesses;
import dev.wherry.engine.linux.LinuxSockets;
import dev.wherry.engine.linux.Processes;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** All that an exec writes, standard output first where they are apart. */
public final class ExecOutput {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private ExecOutput() {}

  /** Lets an exec go on when its streams are connected. */
  public interface Proceed {
    void run() throws Exception;
  }

  public static String of(ProcessStreams streams, Proceed proceed) throws Exception {
    return switch (streams) {
      case ProcessStreams.Conmon conmon -> {
        try (Fd socket = new LinuxSockets().connectSeqpacket(conmon.attach())) {
          proceed.run();
          yield packets(socket);
        }
      }
      case ProcessStreams.Pipes pipes -> {
        proceed.run();
        pipes.stdin().ifPresent(ProcessPipe::close);
        yield all(pipes.stdout()) + all(pipes.stderr());
      }
      case ProcessStreams.None ignored -> {
        proceed.run();
        yield "";
      }
    };
  }

  private static String packets(Fd socket) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    byte[] packet = new byte[32769];
    while (true) {
      new LinuxProcesses().poll(socket, Processes.POLLIN, PATIENCE);
      int length = socket.read(packet, 0, packet.length);
      if (length < 0) {
        return text.toString(UTF_8);
      }
      text.write(packet, 1, length - 1);
    }
  }

  private static String all(ProcessPipe pipe) throws Exception {
    StringBuilder text = new StringBuilder();
    Semaphore ready = new Semaphore(0);
    while (true) {
      pipe.whenReady(ready::release);
      if (!ready.tryAcquire(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)) {
        throw new AssertionError("nothing came within " + PATIENCE + " after: " + text);
      }
      Optional<byte[]> bytes = pipe.read();
      if (bytes.isEmpty()) {
        pipe.close();
        return text.toString();
      }
      text.append(new String(bytes.get(), UTF_8));
    }
  }
}
