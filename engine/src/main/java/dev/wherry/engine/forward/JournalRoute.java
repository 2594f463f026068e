package dev.wherry.engine.forward;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.forward.LogLines.Line;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.linux.Sockets;
import dev.wherry.engine.log.LogAttributes;
import dev.wherry.engine.log.LogReader.Stream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * To the host's journal, with the fields that dockerd gives each entry (docs.docker.com, "Journald
 * logging driver"; systemd.journal-fields(7)), in the journal's native protocol
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL): one datagram is one entry.
 */
final class JournalRoute implements LogRoute {
  private static final int SHORT_ID = 12;
  private static final String PRIORITY_ERROR = "3";
  private static final String PRIORITY_INFO = "6";

  /** Leaves room for the longest line in what a datagram may hold, socket(7), SO_SNDBUF. */
  private static final int MAX_FIELDS = 128 << 10;

  private final Path socket;
  private final Sockets sockets;
  private final Processes processes;
  private final byte[] fields;

  /**
   * @param socket where systemd-journald.service(8) listens
   * @throws EngineException.InvalidParameter if the container's labels and variables are too long
   */
  JournalRoute(Path socket, Sockets sockets, Processes processes, Container container) {
    this.socket = socket;
    this.sockets = sockets;
    this.processes = processes;
    this.fields = fields(container);
  }

  private static byte[] fields(Container container) {
    String asked = container.hostConfig().logConfig().config().getOrDefault("tag", "");
    String tag = LogAttributes.tag(asked.isEmpty() ? LogAttributes.DEFAULT_TAG : asked, container);
    Map<String, String> fields = new LinkedHashMap<>();
    LogAttributes.of(container)
        .forEach(
            (name, value) -> {
              if (!name.equals(LogAttributes.TAG)) {
                fields.put(fieldName(name), value);
              }
            });
    fields.remove("");
    fields.put("CONTAINER_ID", container.id().substring(0, SHORT_ID));
    fields.put("CONTAINER_ID_FULL", container.id());
    fields.put("CONTAINER_NAME", container.name());
    fields.put("CONTAINER_TAG", tag);
    fields.put("IMAGE_NAME", container.config().image());
    fields.put("SYSLOG_IDENTIFIER", tag);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    fields.forEach((name, value) -> add(out, name, value));
    if (out.size() > MAX_FIELDS) {
      throw new EngineException.InvalidParameter(
          "labels and variables are too long for an entry of the journal: %d bytes, at most %d"
              .formatted(out.size(), MAX_FIELDS));
    }
    return out.toByteArray();
  }

  /** Capitals, digits and underscores, and no underscore first, as dockerd makes it. */
  static String fieldName(String attribute) {
    return attribute.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_").replaceFirst("^_+", "");
  }

  @Override
  public String destination() {
    return "the journal";
  }

  @Override
  public LogConnection connect() throws IOException {
    try {
      return new LogConnection.Datagrams(sockets.connectDatagram(socket), processes);
    } catch (LinuxException e) {
      throw new IOException("journald is not enabled on this host", e);
    }
  }

  @Override
  public Optional<byte[]> message(Line line) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(fields);
    add(out, "PRIORITY", line.stream() == Stream.STDERR ? PRIORITY_ERROR : PRIORITY_INFO);
    add(out, "SYSLOG_TIMESTAMP", line.time().toString());
    if (line.partial()) {
      add(out, "CONTAINER_PARTIAL_MESSAGE", "true");
    }
    byte[] text = new byte[line.text().remaining()];
    line.text().duplicate().get(text);
    add(out, "MESSAGE", text);
    return Optional.of(out.toByteArray());
  }

  private static void add(ByteArrayOutputStream out, String name, String value) {
    add(out, name, value.getBytes(StandardCharsets.UTF_8));
  }

  /** With its length before it, as a value may have line feeds. */
  private static void add(ByteArrayOutputStream out, String name, byte[] value) {
    out.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    out.write('\n');
    out.writeBytes(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(value.length)
            .array());
    out.writeBytes(value);
    out.write('\n');
  }
}
