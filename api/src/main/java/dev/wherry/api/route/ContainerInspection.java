package dev.wherry.api.route;

import dev.wherry.api.dto.ContainerView;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Json;
import dev.wherry.api.mapping.ContainerJson;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.LegacyLink;
import dev.wherry.verticles.container.Containers;
import dev.wherry.verticles.container.Execs;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code GET /containers/{id}/json}. What was written for a container is kept until its record or
 * its execs change: clients that wait for a container ask again and again.
 */
final class ContainerInspection {
  /** Kept answers; a few kilobytes each. */
  private static final int MAX_KEPT = 256;

  private final Containers containers;
  private final Execs execs;
  private final Map<Key, Kept> kept = new ConcurrentHashMap<>();

  ContainerInspection(Containers containers, Execs execs) {
    this.containers = containers;
    this.execs = execs;
  }

  void serve(Exchange exchange) {
    Container container = containers.index().get(exchange.path("name"));
    if (!exchange.flag("size")) {
      exchange.reply(200, wrap(written(container, exchange.version())));
      return;
    }
    exchange.then(
        containers.diskUsage(List.of(container.id())),
        usages -> {
          ContainerView view =
              ContainerJson.inspect(
                  container,
                  containers.files(container),
                  links(container),
                  execs.ofContainer(container.id()),
                  usages.get(container.id()),
                  exchange.version());
          exchange.reply(200, view);
        });
  }

  @SuppressWarnings("ReferenceEquality") // a record is replaced as a whole: identity is its version
  private byte[] written(Container container, ApiVersion version) {
    List<String> execIds = execs.ofContainer(container.id());
    List<String> links = links(container);
    var key = new Key(container.id(), version);
    Kept before = kept.get(key);
    if (before != null
        && before.container == container
        && before.execIds.equals(execIds)
        && before.links.equals(links)) {
      return before.json;
    }
    ContainerView view =
        ContainerJson.inspect(
            container, containers.files(container), links, execIds, null, version);
    byte[] json = Json.line(view).getBytes();
    if (kept.size() >= MAX_KEPT) {
      kept.clear();
    }
    kept.put(key, new Kept(container, execIds, links, json));
    return json;
  }

  /** They have the names of other containers, which may change. */
  private List<String> links(Container container) {
    return LegacyLink.of(container).stream()
        .map(link -> link.shown(container, containers.index()))
        .toList();
  }

  /** A buffer over kept bytes, without a copy. */
  static Buffer wrap(byte[] bytes) {
    return BufferInternal.buffer(Unpooled.wrappedBuffer(bytes));
  }

  private record Key(String id, ApiVersion version) {}

  /** An answer with what it was made from; the record's identity is its version. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Kept(Container container, List<String> execIds, List<String> links, byte[] json) {}
}
