package dev.wherry.verticles.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.log.LogReader.LogEntry;
import io.netty.buffer.Unpooled;
import io.vertx.core.internal.buffer.BufferInternal;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Turns log entries into chunks of output. With time stamps, each line begins with one (dockerd's
 * {@code RFC3339NanoFixed}, always nine digits); a line logged in pieces has one at its beginning
 * only.
 */
final class LogChunks {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z' ").withZone(ZoneOffset.UTC);

  private final boolean timestamps;
  private final String details;
  private final Map<StdStream, Boolean> insideLine = new EnumMap<>(StdStream.class);

  LogChunks(LogPump.Prefix prefix) {
    this.timestamps = prefix.timestamps();
    Map<String, String> attributes = prefix.details();
    this.details =
        attributes == null
            ? ""
            : attributes.entrySet().stream()
                .map(entry -> escaped(entry.getKey()) + "=" + escaped(entry.getValue()))
                .collect(Collectors.joining(",", "", " "));
  }

  /** As Go's {@code url.QueryEscape}. */
  private static String escaped(String text) {
    return URLEncoder.encode(text, UTF_8).replace("%7E", "~").replace("*", "%2A");
  }

  StdioChunk of(LogEntry entry) {
    StdStream stream =
        switch (entry.stream()) {
          case STDOUT -> StdStream.STDOUT;
          case STDERR -> StdStream.STDERR;
        };
    boolean inside = Boolean.TRUE.equals(insideLine.put(stream, entry.partial()));
    byte[] prefix = inside ? new byte[0] : prefix(entry.time());
    ByteBuffer data = entry.data().duplicate();
    byte[] bytes = new byte[prefix.length + data.remaining()];
    System.arraycopy(prefix, 0, bytes, 0, prefix.length);
    data.get(bytes, prefix.length, data.remaining());
    return new StdioChunk(stream, BufferInternal.buffer(Unpooled.wrappedBuffer(bytes)));
  }

  private byte[] prefix(Instant time) {
    return ((timestamps ? TIME.format(time) : "") + details).getBytes(UTF_8);
  }
}
