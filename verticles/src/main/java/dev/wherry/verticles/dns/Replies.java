package dev.wherry.verticles.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.dns.DefaultDnsPtrRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordEncoder;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/** Writes answers of our own. */
final class Replies {
  /** Octets a client takes by UDP if it does not say otherwise, RFC 1035, section 4.2.1. */
  static final int UDP_DEFAULT = 512;

  /** Octets of a message by TCP, and of one that we take. */
  static final int LARGEST = 65535;

  /** What we take by UDP; more would be sent in fragments. */
  private static final int OUR_PAYLOAD = 1232;

  private static final int HEADER = Incoming.HEADER;
  private static final int TRUNCATED = 0x0200;
  private static final int RECURSION_AVAILABLE = 0x0080;

  /** Opcode, RD and CD come back as they were sent. */
  private static final int KEPT = Incoming.OPCODE | 0x0100 | 0x0010;

  /** A pointer to the question's name, section 4.1.4. */
  private static final int NAME = 0xC000 | HEADER;

  /** Seconds, as dockerd says. */
  private static final int TTL = 600;

  private static final int OPT_LENGTH = Incoming.SHORTEST_OPT;
  private static final int RECORD_HEAD = 12;

  private Replies() {}

  /**
   * Addresses, as many as there is room for.
   *
   * @param query the message that holds the question
   * @param limit octets of the answer at most
   */
  static ByteBuf addresses(
      ByteBufAllocator allocator,
      ByteBuf query,
      Incoming.Query question,
      List<InetAddress> addresses,
      int limit) {
    ByteBuf reply = begin(allocator, query, question, DnsResponseCode.NOERROR);
    int room = limit - (question.payload() > 0 ? OPT_LENGTH : 0);
    int count = 0;
    for (InetAddress address : addresses) {
      byte[] octets = address.getAddress();
      if (reply.readableBytes() + RECORD_HEAD + octets.length > room) {
        reply.setShort(2, reply.getUnsignedShort(2) | TRUNCATED);
        break;
      }
      DnsRecordType type = address instanceof Inet6Address ? DnsRecordType.AAAA : DnsRecordType.A;
      reply.writeShort(NAME).writeShort(type.intValue()).writeShort(DnsRecord.CLASS_IN);
      reply.writeInt(TTL).writeShort(octets.length).writeBytes(octets);
      count++;
    }
    return end(reply, question, count);
  }

  /** The name that an address leads back to. */
  static ByteBuf pointer(
      ByteBufAllocator allocator, ByteBuf query, Incoming.Query question, String name) {
    ByteBuf reply = begin(allocator, query, question, DnsResponseCode.NOERROR);
    try {
      DnsRecordEncoder.DEFAULT.encodeRecord(
          new DefaultDnsPtrRecord(question.name(), DnsRecord.CLASS_IN, TTL, name), reply);
    } catch (Exception e) {
      // A name that no label can hold, as container names may be: it has no name then.
      reply.release();
      return empty(allocator, query, question, DnsResponseCode.NOERROR);
    }
    return end(reply, question, 1);
  }

  /** An answer without records. */
  static ByteBuf empty(
      ByteBufAllocator allocator, ByteBuf query, Incoming.Query question, DnsResponseCode code) {
    return end(begin(allocator, query, question, code), question, 0);
  }

  /** To something that has no question one could repeat. */
  static ByteBuf faulty(ByteBufAllocator allocator, Incoming.Faulty faulty) {
    return head(allocator.buffer(HEADER), faulty.id(), faulty.flags(), faulty.code(), 0);
  }

  private static ByteBuf begin(
      ByteBufAllocator allocator, ByteBuf query, Incoming.Query question, DnsResponseCode code) {
    int size = Math.max(UDP_DEFAULT, question.questionEnd() + OPT_LENGTH);
    ByteBuf reply = head(allocator.buffer(size), question.id(), question.flags(), code, 1);
    return reply.writeBytes(query, query.readerIndex() + HEADER, question.questionEnd() - HEADER);
  }

  private static ByteBuf head(ByteBuf reply, int id, int flags, DnsResponseCode code, int asked) {
    reply.writeShort(id);
    reply.writeShort(
        Incoming.RESPONSE | (flags & KEPT) | RECURSION_AVAILABLE | (code.intValue() & 0xF));
    return reply.writeShort(asked).writeShort(0).writeShort(0).writeShort(0);
  }

  private static ByteBuf end(ByteBuf reply, Incoming.Query question, int answers) {
    reply.setShort(6, answers);
    if (question.payload() > 0) {
      reply.setShort(10, 1);
      reply.writeByte(0).writeShort(DnsRecordType.OPT.intValue()).writeShort(OUR_PAYLOAD);
      reply.writeInt(0).writeShort(0);
    }
    return reply;
  }
}
