package dev.wherry.engine.forward;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How a message is written, by dockerd's names ({@code --log-opt syslog-format}). */
enum SyslogFormat {
  /** RFC 3164 without the host's name, as programs of the host itself write; the default. */
  UNIX(""),
  RFC3164("rfc3164"),
  RFC5424("rfc5424"),
  /** RFC 5424 with microseconds. */
  RFC5424_MICRO("rfc5424micro");

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ENGLISH);
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssXXX", Locale.ENGLISH);
  private static final DateTimeFormatter MICROSECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", Locale.ENGLISH);

  private final String word;

  SyslogFormat(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }

  /**
   * Who sends.
   *
   * @param host the host's name
   * @param pid the daemon's
   */
  record Sender(String host, String tag, long pid, ZoneId zone) {}

  /**
   * A message with the newline that ends it.
   *
   * @param priority facility and severity, RFC 5424 section 6.2.1
   */
  byte[] message(int priority, Instant time, Sender sender, ByteBuffer line) {
    String start =
        switch (this) {
          case UNIX ->
              "<%d>%s %s[%d]: "
                  .formatted(priority, at(STAMP, time, sender), sender.tag(), sender.pid());
          case RFC3164 ->
              "<%d>%s %s %s[%d]: "
                  .formatted(
                      priority, at(STAMP, time, sender), sender.host(), sender.tag(), sender.pid());
          case RFC5424 -> structured(priority, at(SECONDS, time, sender), sender);
          case RFC5424_MICRO -> structured(priority, at(MICROSECONDS, time, sender), sender);
        };
    byte[] head = start.getBytes(StandardCharsets.UTF_8);
    byte[] message = new byte[head.length + line.remaining() + 1];
    ByteBuffer.wrap(message).put(head).put(line.duplicate()).put((byte) '\n');
    return message;
  }

  /** The tag is the application's name and the message's id, as with dockerd. */
  private static String structured(int priority, String time, Sender sender) {
    return "<%d>1 %s %s %s %d %s - "
        .formatted(priority, time, sender.host(), sender.tag(), sender.pid(), sender.tag());
  }

  private static String at(DateTimeFormatter format, Instant time, Sender sender) {
    return format.format(time.atZone(sender.zone()));
  }

  /** Whether each message says its length before it, where they come as a stream over TLS. */
  boolean countsOctets() {
    return this == RFC5424 || this == RFC5424_MICRO;
  }
}
