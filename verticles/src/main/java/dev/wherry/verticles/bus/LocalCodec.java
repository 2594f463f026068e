package dev.wherry.verticles.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import java.time.Duration;

/** Passes immutable objects by reference over the local event bus; nothing is ever serialised. */
public final class LocalCodec implements MessageCodec<Object, Object> {
  private static final String NAME = "wherry.local";

  /**
   * No request is given up by the bus: what may take long (a stop that waits for ever) says so
   * itself, and what must not has a deadline where the work is done.
   */
  private static final Duration PATIENCE = Duration.ofDays(3650);

  private LocalCodec() {}

  /** Registers the codec; called once for a Vert.x instance, before anything is sent. */
  public static void register(EventBus bus) {
    bus.registerCodec(new LocalCodec());
  }

  /** Options that send a message through this codec. */
  static DeliveryOptions options() {
    return new DeliveryOptions()
        .setCodecName(NAME)
        .setLocalOnly(true)
        .setSendTimeout(PATIENCE.toMillis())
        .setTracingPolicy(io.vertx.core.tracing.TracingPolicy.IGNORE);
  }

  @Override
  public Object transform(Object message) {
    return message;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }

  @Override
  public void encodeToWire(Buffer buffer, Object message) {
    throw new UnsupportedOperationException("commands stay in this process");
  }

  @Override
  public Object decodeFromWire(int position, Buffer buffer) {
    throw new UnsupportedOperationException("commands stay in this process");
  }
}
