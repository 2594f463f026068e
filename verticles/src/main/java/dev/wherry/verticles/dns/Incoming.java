package dev.wherry.verticles.dns;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;

/** What a client's message turns out to be (RFC 1035, section 4.1; RFC 6891, section 6.1). */
sealed interface Incoming {
  int HEADER = 12;

  /** QR and OPCODE. */
  int RESPONSE = 0x8000;

  int OPCODE = 0x7800;

  /** Octets of a name at most, section 2.3.4. */
  int MAX_NAME = 255;

  int MAX_LABEL = 63;

  /** A root name, type, class, TTL and the length of no data. */
  int SHORTEST_OPT = 11;

  /**
   * One question.
   *
   * @param name as it was spelt, with the dot at its end
   * @param type as in {@link DnsRecordType}
   * @param questionEnd offset of the octet after the question
   * @param payload octets the client takes by UDP; 0 if it says nothing of it
   */
  record Query(int id, int flags, String name, int type, int dnsClass, int questionEnd, int payload)
      implements Incoming {}

  /** Something to answer with an error. */
  record Faulty(int id, int flags, DnsResponseCode code) implements Incoming {}

  /** No query at all: not to be answered, or two servers would talk for ever. */
  record Noise() implements Incoming {}

  /** Reads a message from its first octet; the buffer's indexes are left alone. */
  static Incoming read(ByteBuf message) {
    int start = message.readerIndex();
    if (message.readableBytes() < HEADER) {
      return new Noise();
    }
    int id = message.getUnsignedShort(start);
    int flags = message.getUnsignedShort(start + 2);
    if ((flags & RESPONSE) != 0) {
      return new Noise();
    }
    if ((flags & OPCODE) != 0) {
      return new Faulty(id, flags, DnsResponseCode.NOTIMP);
    }
    int nameEnd = nameEnd(message, start + HEADER);
    boolean oneQuestion = message.getUnsignedShort(start + 4) == 1;
    if (!oneQuestion || nameEnd < 0 || nameEnd + 4 > message.writerIndex()) {
      return new Faulty(id, flags, DnsResponseCode.FORMERR);
    }
    return new Query(
        id,
        flags,
        DefaultDnsRecordDecoder.decodeName(message.slice(start + HEADER, nameEnd - start - HEADER)),
        message.getUnsignedShort(nameEnd),
        message.getUnsignedShort(nameEnd + 2),
        nameEnd + 4 - start,
        payload(message, nameEnd + 4));
  }

  /**
   * Where a name ends, -1 for none: a question's name is the message's first, so no part of it can
   * be a pointer to an earlier one.
   */
  private static int nameEnd(ByteBuf message, int start) {
    int at = start;
    while (at < message.writerIndex() && at - start < MAX_NAME) {
      int length = message.getUnsignedByte(at);
      if (length == 0) {
        return at + 1;
      }
      if (length > MAX_LABEL) {
        return -1;
      }
      at += 1 + length;
    }
    return -1;
  }

  /** What an OPT record right after the question says. */
  private static int payload(ByteBuf message, int at) {
    int start = message.readerIndex();
    boolean alone =
        message.getUnsignedShort(start + 6) == 0 && message.getUnsignedShort(start + 8) == 0;
    boolean isOpt =
        alone
            && message.getUnsignedShort(start + 10) > 0
            && message.writerIndex() - at >= SHORTEST_OPT
            && message.getByte(at) == 0
            && message.getUnsignedShort(at + 1) == DnsRecordType.OPT.intValue();
    return isOpt ? Math.max(Replies.UDP_DEFAULT, message.getUnsignedShort(at + 3)) : 0;
  }
}
