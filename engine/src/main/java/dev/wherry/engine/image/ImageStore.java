package dev.wherry.engine.image;

import dev.wherry.engine.content.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All images of this engine. Blocking, except for the reads, which answer from memory and may be
 * called from any thread. Changes are crash-safe: interrupted work leaves nothing visible, and the
 * next start collects what it left on disk.
 */
public interface ImageStore {

  /** All images, newest first; a snapshot. */
  List<Image> list();

  /**
   * The image that {@code nameOrId} means, resolved as dockerd does: reference, reference with
   * digest, full id, unique id prefix with or without {@code sha256:}.
   *
   * @throws dev.wherry.engine.error.EngineException.NotFound {@code No such image: X:latest}, also
   *     if a prefix is ambiguous
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter if the reference is malformed
   */
  Image get(String nameOrId);

  /**
   * The manifest under which an image is saved; made from memory.
   *
   * @throws dev.wherry.engine.error.EngineException.NotFound if there is no image with this id
   */
  StoredManifest manifest(String id);

  /**
   * Reads a docker-archive or an OCI layout, plain or compressed, and stores all its images, or
   * none if there is something wrong with one of them.
   *
   * @param platform {@code os[/architecture[/variant]]} that the images must have, and for which
   *     they are taken where there are several; empty for the host's, or what else there is
   * @param progress told as work goes on, from the calling thread
   * @return the images and names that are there now
   */
  List<LoadedImage> load(InputStream archive, String platform, Consumer<ImageProgress> progress)
      throws IOException;

  /**
   * Begins to take in an image whose layers come one by one, as from a registry. Nothing of it is
   * seen before it is published, and nothing stays when it is closed before.
   *
   * @param config the image's configuration, already known to be what was asked for
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter if it is none
   */
  IncomingImage receive(byte[] config);

  /** Tells the journal that a pull of that reference is done. */
  void pulled(ImageReference reference);

  /**
   * Takes hold of an image whose layers are to be given away one by one, as to a registry.
   *
   * @throws dev.wherry.engine.error.EngineException.NotFound if there is none
   */
  OutgoingImage send(String nameOrId);

  /**
   * Notes where a registry has an image: a reference with the digest of its manifest there. An
   * image that has gone meanwhile stays away.
   */
  void sent(String imageId, ImageReference reference);

  /** Tells the journal that a push of that reference is done. */
  void pushed(ImageReference reference);

  /**
   * Finds the images to be written into one archive, and keeps hold of them until the export is
   * closed. A repository without tag stands for all its tags.
   *
   * @param platform {@code os[/architecture[/variant]]} that all must have, empty for any
   * @throws dev.wherry.engine.error.EngineException.NotFound naming the one that is not there
   */
  Export save(List<String> namesOrIds, String platform);

  /**
   * Makes an image of one layer.
   *
   * @param tar its archive, in any compression
   * @param progress told as work goes on, from the calling thread
   */
  Image importRootfs(InputStream tar, Import request, Consumer<ImageProgress> progress)
      throws IOException;

  /**
   * Makes an image of another one and a layer on top of it; one without content is left out.
   *
   * @param layer its archive, read to the end
   * @throws dev.wherry.engine.error.EngineException.NotFound if the base is not there
   */
  Image commit(Commit commit, InputStream layer) throws IOException;

  /** Points {@code reference} at the image; the image that had it before keeps its other names. */
  Image tag(String nameOrId, String reference);

  /**
   * Untags or deletes with dockerd's rules.
   *
   * @param usedBy tells which containers use an image id, so that a conflict can be named
   * @throws dev.wherry.engine.error.EngineException.Conflict if it is in use and {@code force} does
   *     not cover that
   */
  List<ImageDeletion> remove(String nameOrId, boolean force, boolean prune, ImageUsers usedBy);

  /** Images about to be saved. */
  interface Export extends AutoCloseable {
    /** Writes an archive that {@code docker load} of any version reads, and flushes it. */
    void writeTo(OutputStream archive) throws IOException;

    @Override
    void close();
  }

  /** Who uses an image. */
  interface ImageUsers {
    /** Containers made from the image with this id. */
    Collection<ImageUser> of(String imageId);
  }

  /** One container that uses an image. */
  record ImageUser(String containerId, boolean running) {}

  /**
   * What is to be made of a root file system.
   *
   * @param reference the tag to give it, or {@code null} for none
   * @param changes Dockerfile instructions that make up its configuration
   * @param message the comment in its history
   * @param platform {@code os[/architecture[/variant]]}, {@code null} for the host's
   */
  record Import(
      @Nullable String reference,
      List<String> changes,
      String message,
      @Nullable String platform) {}

  /**
   * What is to be made of a layer.
   *
   * @param baseId id of the image below, empty for none
   * @param config with all changes applied
   * @param createdBy the command that made the layer, for the history
   * @param reference the tag to give it, or {@code null} for none
   */
  record Commit(
      String baseId,
      ImageConfig config,
      String createdBy,
      String author,
      String comment,
      @Nullable String reference) {}

  /**
   * What stands for an image.
   *
   * @param contentSize bytes of the blobs that are kept for it; layers are kept unpacked
   */
  record StoredManifest(Descriptor descriptor, long contentSize) {}

  /** What {@link #load} put in place: a reference where the archive had one, else the id. */
  record LoadedImage(Image image, @Nullable String reference) {}

  /**
   * What a pull put in place.
   *
   * @param changed whether the name meant something else before
   */
  record PulledImage(Image image, boolean changed) {}

  /** One line of a removal's answer; exactly one of the two is set. */
  record ImageDeletion(@Nullable String untagged, @Nullable String deleted) {}
}
