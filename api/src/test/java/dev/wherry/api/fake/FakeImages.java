package dev.wherry.api.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.content.Manifest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.image.ImageStore.ImageDeletion;
import dev.wherry.engine.image.ImageStore.Import;
import dev.wherry.engine.image.ImageStore.LoadedImage;
import dev.wherry.engine.image.ImageStore.StoredManifest;
import dev.wherry.engine.registry.Credentials;
import dev.wherry.engine.registry.PullRequest;
import dev.wherry.engine.registry.PushListener;
import dev.wherry.engine.registry.PushRequest;
import dev.wherry.engine.registry.RegistryClient.Distribution;
import dev.wherry.engine.registry.RegistryClient.Found;
import dev.wherry.verticles.bus.Archive;
import dev.wherry.verticles.bus.QueuedFeed;
import dev.wherry.verticles.bus.QueuedStream;
import dev.wherry.verticles.image.Images;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Images in memory; archives are texts. */
public final class FakeImages implements Images {
  public final List<Image> images = new CopyOnWriteArrayList<>();
  public final List<String> calls = new CopyOnWriteArrayList<>();

  @Override
  public List<Image> list() {
    return List.copyOf(images);
  }

  @Override
  public StoredManifest manifest(String id) {
    return new StoredManifest(
        new Descriptor(
            Manifest.OCI_MANIFEST, Digest.sha256(id.getBytes(UTF_8)), 100, Map.of(), null),
        200);
  }

  @Override
  public Image get(String nameOrId) {
    return images.stream()
        .filter(
            image ->
                image.id().equals(nameOrId)
                    || image.repoTags().contains(nameOrId)
                    || image.repoTags().contains(nameOrId + ":latest"))
        .findFirst()
        .orElseThrow(() -> new EngineException.NotFound("No such image: " + nameOrId + ":latest"));
  }

  @Override
  public Future<List<LoadedImage>> load(
      ReadStream<Buffer> archive, String platform, Consumer<ImageProgress> progress) {
    progress.accept(new ImageProgress("abc", "Loading layer", 5, 10));
    return whole(archive)
        .map(
            text -> {
              if (text.equals("garbage")) {
                throw new EngineException.InvalidParameter("unexpected EOF");
              }
              Image image = Fixtures.image("sha256:" + "11".repeat(32), "", List.of(text));
              images.add(image);
              return List.of(new LoadedImage(image, text), new LoadedImage(image, null));
            });
  }

  @Override
  public Transfer<Void> pull(PullRequest request, Consumer<ImageProgress> progress) {
    String name = request.reference().familiar();
    calls.add("pull " + name + " " + request.credentials().username());
    if (!name.startsWith("busybox")) {
      return new Transfer<>(
          Future.failedFuture(new EngineException.NotFound("pull access denied for " + name)),
          () -> {});
    }
    progress.accept(new ImageProgress("abc", "Pulling fs layer", 0, 0));
    progress.accept(new ImageProgress("abc", "Downloading", 5, 10));
    progress.accept(ImageProgress.message("Digest: sha256:1"));
    return new Transfer<>(Future.succeededFuture(), () -> calls.add("cancelled"));
  }

  @Override
  public Transfer<Void> push(PushRequest request, PushListener listener) {
    String name = request.reference().familiar();
    calls.add("push " + name + " " + request.credentials().username());
    listener.progress(ImageProgress.message("The push refers to repository [" + name + "]"));
    if (!name.startsWith("busybox")) {
      return new Transfer<>(
          Future.failedFuture(new EngineException.NotFound("tag does not exist: " + name)),
          () -> {});
    }
    listener.progress(new ImageProgress("abc", "Preparing", 0, 0));
    listener.progress(new ImageProgress("abc", "Pushing", 5, 10));
    listener.pushed(new PushListener.Pushed("1", Digest.sha256(new byte[0]), 5));
    return new Transfer<>(Future.succeededFuture(), () -> calls.add("cancelled"));
  }

  @Override
  public Future<String> login(String server, Credentials credentials) {
    calls.add("login " + server + " " + credentials.username() + " " + credentials.password());
    return credentials.password().equals("right")
        ? Future.succeededFuture("")
        : Future.failedFuture(new EngineException.Unauthorized("incorrect username or password"));
  }

  @Override
  public Future<List<Found>> search(String term, int limit, Credentials credentials) {
    return Future.succeededFuture(
        List.of(
            new Found(term, "the one", 12, true, false),
            new Found(term + "-other", "another", 3, false, false)));
  }

  @Override
  public Future<Distribution> askRegistry(ImageReference name, Credentials credentials) {
    Digest digest = Digest.sha256(new byte[0]);
    return Future.succeededFuture(
        new Distribution(
            new Descriptor("type", digest, 5, Map.of(), null),
            List.of(new Descriptor.Platform("linux", "amd64", ""))));
  }

  private static Future<String> whole(ReadStream<Buffer> stream) {
    Promise<String> text = Promise.promise();
    Buffer collected = Buffer.buffer();
    stream.handler(collected::appendBuffer);
    stream.endHandler(ended -> text.complete(collected.toString()));
    stream.exceptionHandler(text::tryFail);
    stream.resume();
    return text.future();
  }

  @Override
  public Future<Archive> save(List<String> namesOrIds, String platform) {
    var archive = new FakeArchive();
    archive.queue.offer(Buffer.buffer("archive of " + namesOrIds));
    archive.queue.end();
    return Future.succeededFuture(archive);
  }

  /** An archive of one piece. */
  private static final class FakeArchive extends QueuedFeed<Buffer> implements Archive {
    private final QueuedStream<Buffer> queue =
        new QueuedStream<>(
            (ContextInternal) Vertx.currentContext(), Buffer::length, 65536, () -> {});

    @Override
    protected QueuedStream<Buffer> queue() {
      return queue;
    }

    @Override
    public void cancel() {
      queue.cancel();
    }
  }

  @Override
  public Future<Image> importRootfs(
      ReadStream<Buffer> tar, Import request, Consumer<ImageProgress> progress) {
    calls.add(
        "import %s %s %s %s"
            .formatted(
                request.reference(), request.changes(), request.message(), request.platform()));
    return whole(tar).map(text -> imported(text, request));
  }

  private static Image imported(String text, Import request) {
    if (text.equals("garbage")) {
      throw new EngineException.InvalidParameter("unexpected EOF");
    }
    return Fixtures.image(
        "sha256:" + "22".repeat(32), "", List.of(String.valueOf(request.reference())));
  }

  @Override
  public Transfer<Image> importFrom(
      String source, Import request, Consumer<ImageProgress> progress) {
    calls.add("import from " + source + " " + request.message());
    progress.accept(ImageProgress.message("Downloading from " + source));
    return new Transfer<>(
        Future.succeededFuture(imported(source, request)), () -> calls.add("cancelled"));
  }

  @Override
  public Future<Image> tag(String nameOrId, String reference) {
    calls.add("tag " + nameOrId + " " + reference);
    return Future.succeededFuture(get(nameOrId));
  }

  @Override
  public Future<List<ImageDeletion>> remove(String nameOrId, boolean force, boolean prune) {
    Image image = get(nameOrId);
    images.remove(image);
    calls.add("remove " + nameOrId + " " + force + " " + prune);
    return Future.succeededFuture(
        List.of(new ImageDeletion(nameOrId, null), new ImageDeletion(null, image.id())));
  }
}
