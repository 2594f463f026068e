package dev.wherry.api;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/**
 * Brings up what the first answer needs while the settings are read: half of a start is the
 * initialisation of classes, and there is a second processor for it (docs/decisions/start-up.md).
 */
final class Rehearsal {
  private Rehearsal() {}

  /** Begins it on a thread of its own; nothing waits for its end, nor for what it comes to. */
  static void begin() {
    Thread.ofPlatform().daemon().name("rehearsal").start(Rehearsal::run);
  }

  private static void run() {
    if (Epoll.isAvailable()) {
      HttpHeaders.createOptimized("Server");
      exchange();
    }
  }

  /** One request and its answer through the codec, and through memory only. */
  private static void exchange() {
    var channel = new EmbeddedChannel(new HttpServerCodec());
    channel.writeInbound(
        Unpooled.copiedBuffer("GET /_ping HTTP/1.1\r\nHost: -\r\n\r\n", StandardCharsets.US_ASCII));
    channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
    channel.finishAndReleaseAll();
  }
}
