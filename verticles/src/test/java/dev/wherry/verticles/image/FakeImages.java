package dev.wherry.verticles.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.content.Manifest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageConfig;
import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.image.ImageStore;
import dev.wherry.engine.image.IncomingImage;
import dev.wherry.engine.image.OutgoingImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** An image store whose archives are any bytes; the only image is called {@code busybox}. */
final class FakeImages implements ImageStore {
  final CountDownLatch reading = new CountDownLatch(1);
  volatile byte[] loaded;
  volatile Collection<ImageUser> users = List.of();
  volatile int saveBytes = 3_000_000;
  volatile IOException saveFailure;
  volatile boolean exportClosed;

  static Image image() {
    return new Image(
        "sha256:1",
        List.of("busybox:latest"),
        List.of(),
        "",
        "",
        null,
        "",
        "amd64",
        null,
        "linux",
        null,
        "",
        ImageConfig.EMPTY,
        "",
        ImageConfig.EMPTY,
        0,
        List.of(),
        null,
        List.of(),
        null);
  }

  @Override
  public List<Image> list() {
    return List.of(image());
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
    if (!nameOrId.equals("busybox")) {
      throw new EngineException.NotFound("No such image: " + nameOrId);
    }
    return image();
  }

  @Override
  public List<LoadedImage> load(
      InputStream archive, String platform, Consumer<ImageProgress> progress) throws IOException {
    reading.countDown();
    progress.accept(ImageProgress.message("begins"));
    loaded = archive.readAllBytes();
    progress.accept(ImageProgress.message("ends"));
    return List.of(new LoadedImage(image(), "busybox:latest"));
  }

  @Override
  public IncomingImage receive(byte[] config) {
    throw new EngineException.InvalidParameter("not an image");
  }

  @Override
  public OutgoingImage send(String nameOrId) {
    throw new EngineException.NotFound("No such image: " + nameOrId);
  }

  @Override
  public void sent(String imageId, ImageReference reference) {}

  @Override
  public void pushed(ImageReference reference) {}

  @Override
  public void pulled(ImageReference reference) {}

  @Override
  public Export save(List<String> namesOrIds, String platform) {
    namesOrIds.forEach(this::get);
    return new Export() {
      @Override
      public void writeTo(OutputStream archive) throws IOException {
        for (int i = 0; i < saveBytes; i += 1000) {
          archive.write(new byte[1000]);
        }
        if (saveFailure != null) {
          throw saveFailure;
        }
      }

      @Override
      public void close() {
        exportClosed = true;
      }
    };
  }

  @Override
  public Image importRootfs(InputStream tar, Import request, Consumer<ImageProgress> progress)
      throws IOException {
    loaded = tar.readNBytes(1);
    throw new EngineException.InvalidParameter("not a tar");
  }

  @Override
  public Image commit(Commit commit, InputStream layer) {
    throw new UnsupportedOperationException("commits are not made through the image verticle");
  }

  @Override
  public Image tag(String nameOrId, String reference) {
    return get(nameOrId);
  }

  @Override
  public List<ImageDeletion> remove(
      String nameOrId, boolean force, boolean prune, ImageUsers usedBy) {
    users = new ArrayList<>(usedBy.of(get(nameOrId).id()));
    return List.of(new ImageDeletion(nameOrId, null));
  }
}
