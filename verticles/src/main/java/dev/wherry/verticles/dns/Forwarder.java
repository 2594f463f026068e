package dev.wherry.verticles.dns;

import dev.wherry.engine.names.Upstream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes queries on to the servers that know the world's names, one after the other until one
 * tells. All on one event loop.
 *
 * <p>Who asks what is being asked already waits for the same answer. So a container that asks a
 * server that in turn asks this one can't make a query run in a circle.
 */
final class Forwarder {
  /** Queries on their way at a time for one container; a flood is answered with SERVFAIL. */
  static final int MOST_AT_A_TIME = 512;

  /** Who waits for one answer at most. */
  private static final int MOST_WAITING = 64;

  /** Clients ask again after five seconds, resolv.conf(5); until then two servers can be tried. */
  private static final long FIRST_TIMEOUT_MILLIS = 2000;

  private static final long LAST_TIMEOUT_MILLIS = 4000;

  private final Supplier<List<Upstream>> servers;
  private final Transport transport;
  private final Map<ByteBuffer, Exchange> underWay = new HashMap<>();

  /**
   * @param servers in which order to ask, may be empty
   */
  Forwarder(Supplier<List<Upstream>> servers, Transport transport) {
    this.servers = servers;
    this.transport = transport;
  }

  private record Waiting(int id, Consumer<byte[]> reply) {}

  private final class Exchange {
    final ByteBuffer key;
    final byte[] query;
    final int questionEnd;
    final List<Upstream> servers;
    final List<Waiting> waiting = new ArrayList<>();
    int next;
    byte @Nullable [] refusal;

    Exchange(ByteBuffer key, byte[] query, int questionEnd, List<Upstream> servers) {
      this.key = key;
      this.query = query;
      this.questionEnd = questionEnd;
      this.servers = servers;
    }

    void askNext() {
      if (next == servers.size()) {
        finish(refusal == null ? failure(query, questionEnd) : refusal);
        return;
      }
      Upstream server = servers.get(next++);
      long timeout = next == servers.size() ? LAST_TIMEOUT_MILLIS : FIRST_TIMEOUT_MILLIS;
      transport
          .ask(server, query, timeout)
          .onComplete(asked -> told(asked.succeeded() ? asked.result() : null));
    }

    private void told(byte @Nullable [] answer) {
      if (answer == null || !Messages.answers(answer, query, questionEnd)) {
        askNext();
      } else if (Messages.isRefusal(answer)) {
        refusal = answer;
        askNext();
      } else {
        finish(answer);
      }
    }

    private void finish(byte[] answer) {
      underWay.remove(key);
      for (Waiting one : waiting) {
        one.reply().accept(Messages.withId(answer, one.id()));
      }
    }
  }

  /**
   * Passes a query on.
   *
   * @param reply gets the answer, once, with the query's id
   */
  void forward(ByteBuf message, Incoming.Query question, Consumer<byte[]> reply) {
    byte[] query = ByteBufUtil.getBytes(message);
    ByteBuffer key = ByteBuffer.wrap(query, 2, query.length - 2).slice();
    Exchange exchange = underWay.get(key);
    List<Upstream> present = servers.get();
    boolean full =
        exchange == null
            ? underWay.size() >= MOST_AT_A_TIME
            : exchange.waiting.size() >= MOST_WAITING;
    if (present.isEmpty() || full) {
      reply.accept(failure(query, question.questionEnd()));
    } else if (exchange == null) {
      Exchange started = new Exchange(key, query, question.questionEnd(), present);
      started.waiting.add(new Waiting(question.id(), reply));
      underWay.put(key, started);
      started.askNext();
    } else {
      exchange.waiting.add(new Waiting(question.id(), reply));
    }
  }

  /** SERVFAIL: the query's header and question. */
  private static byte[] failure(byte[] query, int questionEnd) {
    byte[] failure = Arrays.copyOf(query, questionEnd);
    failure[2] = (byte) ((failure[2] & 0x79) | 0x80);
    failure[3] = (byte) ((failure[3] & 0x10) | 0x80 | DnsResponseCode.SERVFAIL.intValue());
    Arrays.fill(failure, 6, Incoming.HEADER, (byte) 0);
    return failure;
  }

  void close() {
    transport.close();
  }
}
