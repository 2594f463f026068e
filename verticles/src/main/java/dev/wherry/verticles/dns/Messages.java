package dev.wherry.verticles.dns;

import io.netty.handler.codec.dns.DnsResponseCode;
import java.util.Arrays;

/** Messages of others, which are passed on as they are but for their id. */
final class Messages {
  private static final int RCODE_AT = 3;

  private Messages() {}

  static int id(byte[] message) {
    return ((message[0] & 0xFF) << 8) | (message[1] & 0xFF);
  }

  /** A copy with another id. */
  static byte[] withId(byte[] message, int id) {
    byte[] copy = message.clone();
    copy[0] = (byte) (id >> 8);
    copy[1] = (byte) id;
    return copy;
  }

  /** Whether a message answers a query: same id, and same question if it repeats one. */
  static boolean answers(byte[] message, byte[] query, int questionEnd) {
    boolean isResponse = message.length >= Incoming.HEADER && (message[2] & 0x80) != 0;
    if (!isResponse || id(message) != id(query)) {
      return false;
    }
    int questions = ((message[4] & 0xFF) << 8) | (message[5] & 0xFF);
    if (questions == 0) {
      // Allowed only with an error.
      return message.length == Incoming.HEADER && (message[RCODE_AT] & 0xF) != 0;
    }
    return message.length >= questionEnd
        && Arrays.equals(
            message, Incoming.HEADER, questionEnd, query, Incoming.HEADER, questionEnd);
  }

  /** Whether a server says that it cannot tell, so that another might. */
  static boolean isRefusal(byte[] message) {
    int code = message[RCODE_AT] & 0xF;
    return code == DnsResponseCode.SERVFAIL.intValue()
        || code == DnsResponseCode.REFUSED.intValue();
  }
}
