package dev.wherry.verticles.dns;

import dev.wherry.engine.names.Resolver;
import dev.wherry.engine.names.ReverseName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Answers what the networks of a container know. */
final class LocalAnswers {
  private static final int A = DnsRecordType.A.intValue();
  private static final int AAAA = DnsRecordType.AAAA.intValue();
  private static final int PTR = DnsRecordType.PTR.intValue();

  private final Resolver resolver;

  LocalAnswers(Resolver resolver) {
    this.resolver = resolver;
  }

  /**
   * The answer, or {@code null} if others are to be asked.
   *
   * @param limit octets of the answer at most
   */
  @Nullable ByteBuf answer(
      ByteBufAllocator allocator, ByteBuf query, Incoming.Query question, int limit) {
    if (question.dnsClass() != DnsRecord.CLASS_IN) {
      return null;
    }
    if (question.type() == PTR) {
      return ReverseName.address(question.name())
          .flatMap(resolver::nameOf)
          .map(name -> Replies.pointer(allocator, query, question, name))
          .orElse(null);
    }
    boolean isForAddress = question.type() == A || question.type() == AAAA;
    Optional<List<InetAddress>> known =
        resolver.addresses(question.name(), question.type() == AAAA);
    if (known.isPresent()) {
      // One of ours: what it has no records of, nobody else has either.
      List<InetAddress> addresses = isForAddress ? shuffled(known.get()) : List.of();
      return Replies.addresses(allocator, query, question, addresses, limit);
    }
    boolean singleLabel = question.name().indexOf('.') == question.name().length() - 1;
    if (isForAddress && singleLabel && resolver.keepsSingleLabels()) {
      return Replies.empty(allocator, query, question, DnsResponseCode.NOERROR);
    }
    return null;
  }

  /** Clients take the first, so that each of several gets its share. */
  private static List<InetAddress> shuffled(List<InetAddress> addresses) {
    if (addresses.size() < 2) {
      return addresses;
    }
    List<InetAddress> shuffled = new ArrayList<>(addresses);
    Collections.shuffle(shuffled, ThreadLocalRandom.current());
    return shuffled;
  }
}
