package dev.wherry.e2e;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One HTTP/1.1 connection on a unix socket, with nothing between the test and the bytes. */
public final class RawHttp implements AutoCloseable {
  private final SocketChannel channel;
  private final InputStream in;

  /**
   * An answer.
   *
   * @param status its code
   * @param headers by lower-case name
   * @param body its whole body
   */
  public record Answer(int status, Map<String, String> headers, String body) {}

  /** Opens a connection. */
  public RawHttp(Path socket) {
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      in = Channels.newInputStream(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a daemon answers on the socket. */
  public static boolean answersPing(Path socket) {
    try (RawHttp http = new RawHttp(socket)) {
      return http.get("/_ping").status() == 200;
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  /** One GET on a connection of its own. */
  public static Answer get(Path socket, String path) {
    try (RawHttp http = new RawHttp(socket)) {
      return http.get(path);
    }
  }

  /** One request with a JSON body on a connection of its own. */
  public static Answer send(Path socket, String method, String path, String json) {
    try (RawHttp http = new RawHttp(socket)) {
      return http.send(method, path, json);
    }
  }

  public Answer get(String path) {
    write("GET " + path + " HTTP/1.1\r\nHost: docker\r\n\r\n");
    return answer("GET");
  }

  public Answer send(String method, String path, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    write(
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length
            + "\r\n\r\n");
    write(body);
    return answer(method);
  }

  public void write(String text) {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  public void write(byte[] bytes) {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes the sending half. */
  public void endOutput() {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a whole answer. */
  public Answer answer(String method) {
    Answer head = head();
    if (method.equals("HEAD") || head.status() == 204 || head.status() == 304) {
      return head;
    }
    try {
      byte[] body;
      if ("chunked".equals(head.headers().get("transfer-encoding"))) {
        body = chunks();
      } else {
        String length = head.headers().get("content-length");
        body = length == null ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
      }
      return new Answer(head.status(), head.headers(), new String(body, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the status line and headers only; the body, if any, is left to {@link #read}. */
  public Answer head() {
    int status = Integer.parseInt(line().split(" ", 3)[1]);
    Map<String, String> headers = new TreeMap<>();
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    return new Answer(status, headers, "");
  }

  /** Reads exactly so many bytes. */
  public byte[] read(int count) {
    try {
      byte[] bytes = in.readNBytes(count);
      if (bytes.length < count) {
        throw new EOFException("connection closed after " + bytes.length + " of " + count);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether nothing has come so far that has not been read; what has come is lost. */
  public boolean isSilent() {
    try {
      channel.configureBlocking(false);
      try {
        return channel.read(ByteBuffer.allocate(1)) == 0;
      } finally {
        channel.configureBlocking(true);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads to the end of the connection. */
  public byte[] readAll() {
    try {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads one chunk of a chunked body; empty at the end. */
  public String chunk() {
    String text = new String(read(Integer.parseInt(line().strip(), 16)), StandardCharsets.UTF_8);
    line();
    return text;
  }

  private byte[] chunks() {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (String chunk = chunk(); !chunk.isEmpty(); chunk = chunk()) {
      whole.writeBytes(chunk.getBytes(StandardCharsets.UTF_8));
    }
    return whole.toByteArray();
  }

  /** Reads one line without its end. */
  public String line() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new EOFException("connection closed");
        }
        if (c != '\r') {
          line.write(c);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
