package dev.wherry.verticles.registry;

import dev.wherry.engine.content.Digest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a {@link HostileRegistry} take what is pushed (OCI distribution-spec, "Push"), where a test
 * has no trick for a step.
 */
final class Uploads implements HostileRegistry.Gate {
  /** What a push is made of. */
  enum Step {
    BEGIN,
    SEND,
    FINISH,
    MANIFEST
  }

  private static final String UPLOADS = "/blobs/uploads/";

  private final HostileRegistry registry;
  private final Map<String, Buffer> parts = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();

  /** What is done first at a step; true if that was all. */
  final Map<Step, HostileRegistry.Gate> tricks = new ConcurrentHashMap<>();

  /** The steps in the order they came. */
  final List<Step> steps = new CopyOnWriteArrayList<>();

  Uploads(HostileRegistry registry) {
    this.registry = registry;
  }

  @Override
  public boolean handled(HttpServerRequest request) {
    boolean manifest = request.path().contains("/manifests/");
    return switch (request.method().name()) {
      case "POST" -> at(Step.BEGIN, request, () -> begin(request));
      case "PATCH" -> at(Step.SEND, request, () -> send(request));
      case "PUT" ->
          manifest
              ? at(Step.MANIFEST, request, () -> manifest(request))
              : at(Step.FINISH, request, () -> finish(request));
      default -> false;
    };
  }

  private boolean at(Step step, HttpServerRequest request, Runnable usual) {
    steps.add(step);
    HostileRegistry.Gate trick = tricks.get(step);
    if (trick == null || !trick.handled(request)) {
      usual.run();
    }
    return true;
  }

  private void begin(HttpServerRequest request) {
    String from = request.getParam("from");
    if (from != null) {
      byte[] there = registry.content.get("/v2/" + from + "/blobs/" + request.getParam("mount"));
      if (there != null) {
        created(request, blobPath(request, request.getParam("mount")), there);
        return;
      }
    }
    String id = String.valueOf(count.incrementAndGet());
    parts.put(id, Buffer.buffer());
    answer(request, request.path() + id + "?_state=begun");
  }

  private static void answer(HttpServerRequest request, String location) {
    request.response().setStatusCode(202).putHeader("Location", location).end();
  }

  private static String id(HttpServerRequest request) {
    return request.path().substring(request.path().lastIndexOf('/') + 1);
  }

  private static String blobPath(HttpServerRequest request, String digest) {
    String path = request.path();
    return path.substring(0, path.indexOf(UPLOADS)) + "/blobs/" + digest;
  }

  private void send(HttpServerRequest request) {
    request.bodyHandler(
        part -> {
          parts.get(id(request)).appendBuffer(part);
          answer(request, id(request) + "?_state=sent");
        });
  }

  private void finish(HttpServerRequest request) {
    request.bodyHandler(
        rest -> {
          Buffer whole = parts.remove(id(request));
          String digest = request.getParam("digest");
          if (whole == null) {
            HostileRegistry.error(request, 404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown");
            return;
          }
          byte[] bytes = whole.appendBuffer(rest).getBytes();
          if (Digest.sha256(bytes).toString().equals(digest)) {
            created(request, blobPath(request, digest), bytes);
          } else {
            HostileRegistry.error(request, 400, "DIGEST_INVALID", "provided digest did not match");
          }
        });
  }

  private void manifest(HttpServerRequest request) {
    request.bodyHandler(body -> created(request, request.path(), body.getBytes()));
  }

  private void created(HttpServerRequest request, String path, byte[] bytes) {
    registry.content.put(path, bytes);
    request
        .response()
        .setStatusCode(201)
        .putHeader("Docker-Content-Digest", Digest.sha256(bytes).toString())
        .end();
  }
}
