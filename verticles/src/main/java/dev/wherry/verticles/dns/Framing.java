package dev.wherry.verticles.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Messages on TCP: each after its length in two octets (RFC 1035, section 4.2.2). */
final class Framing {
  /** A message with its length. */
  static final int LONGEST = Replies.LARGEST + 2;

  private Framing() {}

  static ByteBuf framed(ByteBuf message) {
    ByteBuf length = Unpooled.buffer(2).writeShort(message.readableBytes());
    return Unpooled.wrappedBuffer(length, message);
  }
}
