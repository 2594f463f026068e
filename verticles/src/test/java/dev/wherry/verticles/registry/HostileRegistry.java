package dev.wherry.verticles.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarWriter;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A registry on loopback with one image of one layer, that does what a test makes it do. */
final class HostileRegistry implements AutoCloseable {
  static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

  private final HttpServer server;

  /** What is answered at a path instead of the content. */
  final Map<String, Handler<HttpServerRequest>> tricks = new ConcurrentHashMap<>();

  /** Content by path. */
  final Map<String, byte[]> content = new ConcurrentHashMap<>();

  /** Method and path of each request with its Authorization, in the order they came. */
  final List<String> asked = new CopyOnWriteArrayList<>();

  final byte[] layer = layer();
  final byte[] config = config(Digest.sha256(layer));

  /** Handles every request first; true if it has answered. */
  volatile Gate gate = request -> false;

  interface Gate {
    boolean handled(HttpServerRequest request);
  }

  HostileRegistry(Vertx vertx) {
    this(vertx, new HttpServerOptions());
  }

  HostileRegistry(Vertx vertx, HttpServerOptions options) {
    server =
        vertx.createHttpServer(options).requestHandler(this::answer).listen(0, "127.0.0.1").await();
    content.put("/v2/", "{}".getBytes(UTF_8));
    blob(layer);
    blob(config);
    manifest("1", manifest(layer.length));
  }

  int port() {
    return server.actualPort();
  }

  String name() {
    return "127.0.0.1:" + port() + "/app";
  }

  static String blobPath(byte[] bytes) {
    return "/v2/app/blobs/" + Digest.sha256(bytes);
  }

  void blob(byte[] bytes) {
    content.put(blobPath(bytes), bytes);
  }

  void manifest(String tag, String json) {
    byte[] bytes = json.getBytes(UTF_8);
    content.put("/v2/app/manifests/" + tag, bytes);
    content.put("/v2/app/manifests/" + Digest.sha256(bytes), bytes);
  }

  /** The image's manifest, which says that its layer has so many bytes. */
  String manifest(long layerSize) {
    return manifest(config, layerSize);
  }

  String manifest(byte[] ofConfig, long layerSize) {
    return manifest(ofConfig, layer, layerSize);
  }

  static String manifest(byte[] ofConfig, byte[] layer, long layerSize) {
    return """
    {"schemaVersion":2,"mediaType":"%s",
     "config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"%s","size":%d},
     "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar","digest":"%s","size":%d}]}"""
        .formatted(
            MANIFEST, Digest.sha256(ofConfig), ofConfig.length, Digest.sha256(layer), layerSize);
  }

  static byte[] config(Digest diffId) {
    return """
    {"architecture":"amd64","os":"linux","config":{},\
    "rootfs":{"type":"layers","diff_ids":["%s"]}}"""
        .formatted(diffId)
        .getBytes(UTF_8);
  }

  private static byte[] layer() {
    byte[] noise = new byte[3_000_000];
    new Random(1).nextBytes(noise);
    return layer(noise);
  }

  /** A layer of one file. */
  static byte[] layer(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarWriter tar = new TarWriter(out)) {
      tar.put(
          TarEntry.simple("file", TarEntry.Type.FILE, 0644, content.length, Instant.EPOCH),
          content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  private void answer(HttpServerRequest request) {
    asked.add(request.method() + " " + request.path() + " " + request.getHeader("Authorization"));
    if (gate.handled(request)) {
      return;
    }
    Handler<HttpServerRequest> trick = tricks.get(request.path());
    byte[] bytes = content.get(request.path());
    if (trick != null) {
      trick.handle(request);
    } else if (bytes == null) {
      error(request, 404, "MANIFEST_UNKNOWN", "manifest unknown");
    } else {
      request
          .response()
          .putHeader(
              "Content-Type", request.path().contains("/manifests/") ? MANIFEST : "text/plain");
      serve(request, bytes);
    }
  }

  /** Answers with bytes, or with those that the request's range asks for. */
  static void serve(HttpServerRequest request, byte[] bytes) {
    String range = request.getHeader("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
    if (range != null) {
      request
          .response()
          .setStatusCode(206)
          .putHeader(
              "Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
    }
    request.response().end(Buffer.buffer(bytes).slice(from, bytes.length));
  }

  /** Sends so many bytes of a longer body and cuts the connection. */
  static void tear(HttpServerRequest request, byte[] bytes, int from, int count) {
    request
        .response()
        .setStatusCode(from == 0 ? 200 : 206)
        .putHeader("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length)
        .putHeader("Content-Length", String.valueOf(bytes.length - from))
        .write(Buffer.buffer(bytes).slice(from, from + count))
        .onComplete(written -> request.connection().close());
  }

  static void error(HttpServerRequest request, int status, String code, String message) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end("{\"errors\":[{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}]}");
  }

  @Override
  public void close() {
    server.close().await();
  }
}
