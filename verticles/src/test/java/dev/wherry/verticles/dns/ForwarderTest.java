package dev.wherry.verticles.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.names.Upstream;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForwarderTest {
  private static final Upstream FIRST = upstream("192.0.2.1");
  private static final Upstream SECOND = upstream("192.0.2.2");

  private final List<Asked> asked = new ArrayList<>();
  private final List<byte[]> answers = new ArrayList<>();
  private final Forwarder forwarder = new Forwarder(() -> List.of(FIRST, SECOND), new Asking());

  private record Asked(Upstream server, byte[] query, Promise<byte[]> answer) {}

  private final class Asking implements Transport {
    @Override
    public Future<byte[]> ask(Upstream server, byte[] query, long timeoutMillis) {
      Promise<byte[]> answer = Promise.promise();
      asked.add(new Asked(server, query, answer));
      return answer.future();
    }

    @Override
    public void close() {}
  }

  private static Upstream upstream(String address) {
    return new Upstream(new InetSocketAddress(address, 53), Upstream.Side.CONTAINER);
  }

  private void forward(int id, String name) {
    var message = Questions.of(id, name, DnsRecordType.A);
    forwarder.forward(message, (Incoming.Query) Incoming.read(message), answers::add);
  }

  private static byte[] answer(byte[] query, DnsResponseCode code) {
    byte[] answer = query.clone();
    answer[2] = (byte) 0x81;
    answer[3] = (byte) (0x80 | code.intValue());
    return answer;
  }

  private static int code(byte[] answer) {
    return answer[3] & 0xF;
  }

  @Test
  void an_answer_comes_back_with_the_clients_id() {
    forward(7, "example.com");
    asked.getFirst().answer.complete(answer(asked.getFirst().query, DnsResponseCode.NXDOMAIN));
    assertThat(answers).singleElement().extracting(Messages::id).isEqualTo(7);
    assertThat(code(answers.getFirst())).isEqualTo(DnsResponseCode.NXDOMAIN.intValue());
    assertThat(asked).hasSize(1);
  }

  @Test
  void silence_and_refusals_lead_to_the_next_server_and_the_last_refusal_is_told() {
    forward(7, "example.com");
    asked.get(0).answer.fail("no answer");
    assertThat(asked.get(1).server).isEqualTo(SECOND);
    asked.get(1).answer.complete(answer(asked.get(1).query, DnsResponseCode.REFUSED));
    assertThat(answers).singleElement().extracting(ForwarderTest::code).isEqualTo(5);
  }

  @Test
  void if_nobody_tells_the_answer_is_a_server_failure_with_the_question() {
    forward(7, "example.com");
    asked.get(0).answer.fail("no answer");
    asked.get(1).answer.fail("no answer");
    assertThat(answers).hasSize(1);
    assertThat(code(answers.getFirst())).isEqualTo(DnsResponseCode.SERVFAIL.intValue());
    assertThat(Messages.answers(answers.getFirst(), asked.getFirst().query, 12 + 13 + 4)).isTrue();
  }

  @Test
  void an_answer_to_another_question_does_not_count() {
    forward(7, "example.com");
    var other = Questions.of(7, "exbmple.com", DnsRecordType.A);
    asked.getFirst().answer.complete(answer(other.array(), DnsResponseCode.NOERROR));
    assertThat(answers).isEmpty();
    assertThat(asked).hasSize(2);
  }

  @Test
  void the_same_question_is_asked_once_so_that_none_runs_in_a_circle() {
    forward(7, "example.com");
    forward(8, "example.com");
    assertThat(asked).hasSize(1);
    asked.getFirst().answer.complete(answer(asked.getFirst().query, DnsResponseCode.NOERROR));
    assertThat(answers).extracting(Messages::id).containsExactly(7, 8);
    forward(9, "example.com");
    assertThat(asked).hasSize(2);
  }

  @Test
  void a_flood_is_answered_with_failures_and_nothing_of_it_is_kept() {
    for (int i = 0; i < 2 * Forwarder.MOST_AT_A_TIME; i++) {
      forward(i, "a" + i + ".example.com");
    }
    assertThat(asked).hasSize(Forwarder.MOST_AT_A_TIME);
    assertThat(answers).hasSize(Forwarder.MOST_AT_A_TIME);
    for (Asked one : List.copyOf(asked)) {
      one.answer.complete(answer(one.query, DnsResponseCode.NOERROR));
    }
    assertThat(answers).hasSize(2 * Forwarder.MOST_AT_A_TIME);
    forward(1, "later.example.com");
    assertThat(asked).hasSize(Forwarder.MOST_AT_A_TIME + 1);
  }
}
