package dev.wherry.engine.forward;

import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;

/** A way to a syslog server or a journal. */
interface LogConnection extends AutoCloseable {

  /**
   * Sends a whole message; waits as long as the server takes nothing, or until this is closed.
   *
   * @throws IOException if the server is gone, or this is closed
   */
  void send(byte[] message) throws IOException;

  /** From any thread. */
  @Override
  void close() throws IOException;

  /** A unix socket for datagrams, which the JDK has no class for. */
  final class Datagrams implements LogConnection {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Fd socket;
    private final Processes processes;
    private volatile boolean closed;

    Datagrams(Fd socket, Processes processes) {
      this.socket = socket;
      this.processes = processes;
    }

    @Override
    public void send(byte[] message) throws IOException {
      try {
        while (writeNow(message) == 0) {
          processes.poll(socket, Processes.POLLOUT, PATIENCE);
        }
      } catch (LinuxException e) {
        throw new IOException(e.getMessage(), e);
      }
    }

    /** Not while it is closed: the number of a closed descriptor may be another's. */
    private synchronized int writeNow(byte[] message) throws IOException {
      if (closed) {
        throw new IOException("closed");
      }
      return socket.writeNow(message, 0, message.length);
    }

    @Override
    public synchronized void close() {
      closed = true;
      socket.close();
    }
  }

  /** A channel that takes bytes or datagrams. */
  record Channel(WritableByteChannel channel) implements LogConnection {
    @Override
    public void send(byte[] message) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(message);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** A TCP connection, with TLS or without. */
  record Stream(Socket socket) implements LogConnection {
    @Override
    public void send(byte[] message) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write(message);
      out.flush();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
