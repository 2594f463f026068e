package dev.wherry.engine.image;

import dev.wherry.engine.archive.ArchivedLayer;
import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageStore.PulledImage;
import dev.wherry.engine.layer.LayerStager;
import dev.wherry.engine.layer.PendingLayer;
import dev.wherry.engine.layer.UnpackedLayer;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An image that is being taken in, layer by layer. Its layers may be unpacked in any order and from
 * several threads; each gets its place as soon as all below it have theirs, and other work can use
 * it from then on. The image itself is there when it is published, or never. Closing gives up what
 * was not.
 */
public final class IncomingImage implements AutoCloseable {

  /** Puts an image into the catalog. */
  interface Publisher {
    PulledImage publish(NewImage image, ImageReference asked) throws IOException;
  }

  private final byte[] config;
  private final ImageDocument document;
  private final LayerReferences references;
  private final LayerStager stager;
  private final Publisher publisher;
  private final int present;
  private final List<CompletableFuture<@Nullable Void>> placed = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by the lock.
  private final LayerReferences.Hold hold;
  private final LayerReferences.Hold adopted;
  private final @Nullable ArchivedLayer[] layers;
  private int next;
  private boolean handedOver;
  private boolean closed;

  IncomingImage(
      byte[] config,
      LayerReferences references,
      LayerStager stager,
      Predicate<Digest> known,
      Publisher publisher) {
    this.config = config.clone();
    this.document = ImageDocument.parse(config);
    this.references = references;
    this.stager = stager;
    this.publisher = publisher;
    this.hold = references.holdNothing();
    this.adopted = references.holdNothing();
    this.layers = new ArchivedLayer[document.chains().size()];
    for (int i = 0; i < layers.length; i++) {
      placed.add(new CompletableFuture<>());
    }
    while (next < layers.length && references.extend(hold, document.chains().get(next))) {
      placed.get(next).complete(null);
      next++;
    }
    this.present = next;
    for (int i = present; i < layers.length; i++) {
      Digest diffId = document.diffIds().get(i);
      if (known.test(diffId)) {
        layers[i] = new ArchivedLayer.Known(diffId);
      }
    }
  }

  /** The image's id, {@code sha256:...}. */
  public String id() {
    return document.image().id();
  }

  /** How many layers the configuration names. */
  public int layerCount() {
    return layers.length;
  }

  /** Identity of a layer with all below it. */
  public String chain(int layer) {
    return document.chains().get(layer);
  }

  /** Whether all layers have their place. */
  public boolean isComplete() {
    lock.lock();
    try {
      return next == layers.length;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the store had the layer already, in its place or another, and needs nothing. */
  public boolean isPresent(int layer) {
    return layer < present || isKnown(layer);
  }

  private boolean isKnown(int layer) {
    lock.lock();
    try {
      return layers[layer] instanceof ArchivedLayer.Known;
    } finally {
      lock.unlock();
    }
  }

  /** Completes when the layer has its place, and fails when the image is closed before that. */
  public CompletableFuture<@Nullable Void> placed(int layer) {
    return placed.get(layer);
  }

  /**
   * Takes a layer that other work has put in place meanwhile.
   *
   * @return whether it is there
   */
  public boolean adopt(int layer) throws IOException {
    lock.lock();
    try {
      requireOpen();
      if (!references.extend(adopted, chain(layer))) {
        return false;
      }
      layers[layer] = new ArchivedLayer.Known(document.diffIds().get(layer));
      advance();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Unpacks a layer and verifies it, as it is transported and as the configuration knows it.
   *
   * @param archive not closed here
   * @param progress see {@link dev.wherry.engine.layer.LayerUnpacker#unpack}
   * @throws EngineException.InvalidParameter if it is another; nothing of it is kept
   */
  public void unpack(int layer, Descriptor descriptor, InputStream archive, LongConsumer progress)
      throws IOException {
    PendingLayer pending = stager.stage(archive, progress);
    boolean taken = false;
    try {
      verify(layer, descriptor, pending.unpacked());
      lock.lock();
      try {
        requireOpen();
        layers[layer] = new ArchivedLayer.Unpacked(pending);
        taken = true;
        advance();
      } finally {
        lock.unlock();
      }
    } finally {
      if (!taken) {
        pending.close();
      }
    }
  }

  private void verify(int layer, Descriptor descriptor, UnpackedLayer unpacked) {
    if (!unpacked.digest().equals(descriptor.digest())) {
      throw new EngineException.InvalidParameter(
          "filesystem layer verification failed for digest " + descriptor.digest());
    }
    if (!unpacked.diffId().equals(document.diffIds().get(layer))) {
      throw new EngineException.InvalidParameter(
          "layers from manifest don't match image configuration");
    }
  }

  /** Puts what has come into its place. Holding the lock. */
  private void advance() throws IOException {
    while (next < layers.length) {
      ArchivedLayer layer = layers[next];
      if (layer == null) {
        return;
      }
      references.add(hold, document.diffIds().get(next), chain(next), layer);
      placed.get(next).complete(null);
      next++;
    }
  }

  /**
   * Makes the image visible under these names, and gives it up to the store.
   *
   * @param asked the name that was pulled, one of them
   */
  public PulledImage publish(ImageReference asked, List<ImageReference> names) throws IOException {
    lock.lock();
    try {
      requireOpen();
      advance();
      if (next < layers.length) {
        throw new IllegalStateException("layer " + next + " of " + id() + " has not come");
      }
      handedOver = true;
      try (NewImage image = NewImage.of(config, document, names, hold)) {
        return publisher.publish(image, asked);
      }
    } finally {
      lock.unlock();
      close();
    }
  }

  /** Holding the lock. */
  private void requireOpen() {
    if (closed) {
      throw new EngineException.Unavailable("the image is no longer wanted");
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      for (ArchivedLayer layer : layers) {
        if (layer instanceof ArchivedLayer.Unpacked(PendingLayer pending)) {
          pending.close();
        }
      }
      if (!handedOver) {
        hold.close();
      }
      adopted.close();
    } finally {
      lock.unlock();
    }
    placed.forEach(future -> future.cancel(false));
  }
}
