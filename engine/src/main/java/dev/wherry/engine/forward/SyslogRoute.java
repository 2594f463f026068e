package dev.wherry.engine.forward;

import dev.wherry.engine.forward.LogLines.Line;
import dev.wherry.engine.log.LogReader.Stream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** To a syslog server, by dockerd's priorities. */
record SyslogRoute(SyslogDialer dialer, SyslogOptions options, SyslogFormat.Sender sender)
    implements LogRoute {
  private static final int SEVERITY_ERROR = 3;
  private static final int SEVERITY_INFO = 6;

  @Override
  public String destination() {
    return "syslog";
  }

  @Override
  public LogConnection connect() throws IOException {
    return dialer.dial(options);
  }

  /** Empty lines are not sent, as with dockerd. */
  @Override
  public Optional<byte[]> message(Line line) {
    if (!line.text().hasRemaining()) {
      return Optional.empty();
    }
    int severity = line.stream() == Stream.STDERR ? SEVERITY_ERROR : SEVERITY_INFO;
    int priority = options.facility() << 3 | severity;
    return Optional.of(
        framed(options.format().message(priority, line.time(), sender, line.text())));
  }

  private byte[] framed(byte[] message) {
    boolean secure = options.address() instanceof SyslogOptions.Address.Tcp tcp && tcp.secure();
    if (!secure || !options.format().countsOctets()) {
      return message;
    }
    byte[] count = (message.length + " ").getBytes(StandardCharsets.US_ASCII);
    byte[] framed = new byte[count.length + message.length];
    System.arraycopy(count, 0, framed, 0, count.length);
    System.arraycopy(message, 0, framed, count.length, message.length);
    return framed;
  }
}
