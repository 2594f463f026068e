package dev.wherry.api.route;

import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Json;
import dev.wherry.engine.error.EngineException;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parameter {@code platform} of requests that choose one of an image's, a JSON object. */
final class PlatformParameter {
  private static final Json.Shape<Wire> SHAPE = Json.shape(Wire.class);

  private PlatformParameter() {}

  /** OCI's platform as it is written, in part. */
  private record Wire(
      @Nullable String os, @Nullable String architecture, @Nullable String variant) {}

  /** As {@link #of(Exchange, int)}, of requests that have had it since 1.48. */
  static String of(Exchange exchange) {
    return of(exchange, 48);
  }

  /**
   * The platform as {@code os/architecture[/variant]}, empty where none is asked for.
   *
   * @param since the minor version of the API from which on this request has it
   * @throws EngineException.InvalidParameter in dockerd's words
   */
  static String of(Exchange exchange, int since) {
    String text = exchange.queryOrEmpty("platform");
    return text.isEmpty() || !exchange.version().atLeast(1, since) ? "" : parse(text);
  }

  /**
   * The parameter {@code platforms} of requests that have had it since 1.50: at most one, since an
   * image here is for one.
   */
  static String ofMany(Exchange exchange) {
    List<String> all =
        exchange.version().atLeast(1, 50) ? exchange.queryAll("platforms") : List.of();
    if (all.size() > 1) {
      throw new EngineException.InvalidParameter("multiple platforms are not supported");
    }
    return all.isEmpty() ? "" : parse(all.getFirst());
  }

  private static String parse(String text) {
    Wire wire;
    try {
      wire = Json.read(Buffer.buffer(text), SHAPE);
    } catch (EngineException e) {
      throw new EngineException.InvalidParameter("failed to parse platform: " + e.getMessage(), e);
    }
    if (wire == null || isEmpty(wire.os) || isEmpty(wire.architecture)) {
      throw new EngineException.InvalidParameter("both OS and Architecture must be provided");
    }
    String named = wire.os + "/" + wire.architecture;
    return isEmpty(wire.variant) ? named : named + "/" + wire.variant;
  }

  private static boolean isEmpty(@Nullable String text) {
    return text == null || text.isEmpty();
  }
}
