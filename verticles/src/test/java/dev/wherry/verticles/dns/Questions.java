package dev.wherry.verticles.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DnsRecordType;
import java.nio.charset.StandardCharsets;

/** Queries as clients send them. */
final class Questions {
  private Questions() {}

  static ByteBuf of(int id, String name, DnsRecordType type) {
    ByteBuf message = Unpooled.buffer();
    message.writeShort(id).writeShort(0x0100).writeShort(1).writeZero(6);
    for (String label : name.split("\\.")) {
      message.writeByte(label.length()).writeCharSequence(label, StandardCharsets.US_ASCII);
    }
    return message.writeByte(0).writeShort(type.intValue()).writeShort(1);
  }

  /** The same with an OPT record that says how much the client takes. */
  static ByteBuf withPayload(ByteBuf query, int payload) {
    query.setShort(10, 1);
    query.writeByte(0).writeShort(DnsRecordType.OPT.intValue()).writeShort(payload);
    return query.writeInt(0).writeShort(0);
  }
}
