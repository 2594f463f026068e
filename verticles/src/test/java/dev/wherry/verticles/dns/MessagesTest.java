package dev.wherry.verticles.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.net.InetAddress;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MessagesTest {
  private static Incoming.Query query(ByteBuf message) {
    return (Incoming.Query) Incoming.read(message);
  }

  @Test
  void a_question_is_read() {
    Incoming.Query query = query(Questions.of(7, "Web.sea", DnsRecordType.AAAA));
    assertThat(query.id()).isEqualTo(7);
    assertThat(query.name()).isEqualTo("Web.sea.");
    assertThat(query.type()).isEqualTo(DnsRecordType.AAAA.intValue());
    assertThat(query.payload()).isZero();
    assertThat(
            query(Questions.withPayload(Questions.of(7, "web", DnsRecordType.A), 1232)).payload())
        .isEqualTo(1232);
    assertThat(query(Questions.withPayload(Questions.of(7, "web", DnsRecordType.A), 3)).payload())
        .as("less than everybody takes")
        .isEqualTo(512);
  }

  @Test
  void answers_and_scraps_are_not_answered() {
    ByteBuf answer = Questions.of(7, "web", DnsRecordType.A).setByte(2, 0x81);
    assertThat(Incoming.read(answer)).isEqualTo(new Incoming.Noise());
    assertThat(Incoming.read(Unpooled.buffer().writeZero(11))).isEqualTo(new Incoming.Noise());
  }

  @Test
  void malformed_questions_are_told_so() {
    ByteBuf update = Questions.of(7, "web", DnsRecordType.A).setByte(2, 0x28);
    assertThat(Incoming.read(update))
        .isEqualTo(new Incoming.Faulty(7, 0x2800, DnsResponseCode.NOTIMP));
    ByteBuf pointer = Questions.of(7, "web", DnsRecordType.A).setByte(12, 0xC0);
    ByteBuf two = Questions.of(7, "web", DnsRecordType.A).setShort(4, 2);
    ByteBuf cut = Questions.of(7, "web", DnsRecordType.A);
    ByteBuf longName = Questions.of(7, ("a".repeat(63) + ".").repeat(4) + "b", DnsRecordType.A);
    for (ByteBuf message : new ByteBuf[] {pointer, two, cut.slice(0, 18), longName}) {
      assertThat(Incoming.read(message))
          .isEqualTo(new Incoming.Faulty(7, 0x0100, DnsResponseCode.FORMERR));
    }
  }

  @Test
  void whatever_comes_in_is_read_without_harm() {
    Random random = new Random(5);
    for (int i = 0; i < 100_000; i++) {
      byte[] octets = new byte[random.nextInt(80)];
      random.nextBytes(octets);
      if (octets.length > 12 && i % 2 == 0) {
        octets[2] = 1;
        octets[4] = 0;
        octets[5] = 1;
        octets[12] = (byte) random.nextInt(16);
      }
      assertThat(Incoming.read(Unpooled.wrappedBuffer(octets))).isNotNull();
    }
  }

  @Test
  void as_many_addresses_are_told_as_there_is_room_for() throws Exception {
    var addresses =
        IntStream.range(0, 100).mapToObj(i -> InetAddress.ofLiteral("10.0.0." + i)).toList();
    ByteBuf message = Questions.of(7, "fleet", DnsRecordType.A);
    ByteBuf cut =
        Replies.addresses(ByteBufAllocator.DEFAULT, message, query(message), addresses, 512);
    assertThat(cut.readableBytes()).isLessThanOrEqualTo(512);
    assertThat(cut.getUnsignedShort(2)).isEqualTo(0x8380);
    assertThat(cut.getUnsignedShort(6)).isEqualTo(30);
    ByteBuf asked = Questions.withPayload(Questions.of(7, "fleet", DnsRecordType.A), 4096);
    ByteBuf whole =
        Replies.addresses(ByteBufAllocator.DEFAULT, asked, query(asked), addresses, 4096);
    assertThat(whole.getUnsignedShort(2)).isEqualTo(0x8180);
    assertThat(whole.getUnsignedShort(6)).isEqualTo(100);
    assertThat(whole.getUnsignedShort(10)).as("its OPT record").isEqualTo(1);
  }
}
