package dev.wherry.engine.registry;

import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.image.IncomingImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the layers of images, several at a time, with one bound for all pulls. A layer that
 * another pull is fetching for the same place is waited for, not fetched again; such a wait is
 * always for a layer below or beside one's own, so that no two pulls ever wait for each other.
 */
final class LayerDownloads {
  private final Executor executor;
  private final Semaphore slots;
  private final int attempts;

  /** What is being fetched, by the layer's chain id. */
  private final ConcurrentMap<String, CompletableFuture<@Nullable Void>> under =
      new ConcurrentHashMap<>();

  LayerDownloads(Executor executor, RegistrySettings settings) {
    this.executor = executor;
    this.slots = new Semaphore(settings.downloads(), true);
    this.attempts = settings.attempts();
  }

  /** Of one image. */
  private record Job(
      IncomingImage image,
      Repository repository,
      PullProgress progress,
      Cancellation cancellation,
      FirstFailure failure) {}

  /**
   * Fetches all layers that are not there and waits until each has its place.
   *
   * @throws IOException if one can't be had; the others are given up then
   */
  void fetch(
      IncomingImage image,
      List<Descriptor> layers,
      Repository repository,
      PullProgress progress,
      Cancellation cancellation)
      throws IOException {
    Cancellation own = cancellation.child();
    Job job = new Job(image, repository, progress, own, new FirstFailure(own));
    List<CompletableFuture<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      progress.layer(layers.get(i), image.isPresent(i) ? "Already exists" : "Pulling fs layer");
    }
    for (int i = 0; i < layers.size(); i++) {
      if (!image.isPresent(i)) {
        int index = i;
        Descriptor layer = layers.get(i);
        image.placed(i).thenRun(() -> progress.layer(layer, "Pull complete"));
        tasks.add(CompletableFuture.runAsync(() -> obtain(job, index, layer), executor));
      }
    }
    CompletableFuture.allOf(tasks.toArray(CompletableFuture<?>[]::new)).join();
    cancellation.check();
    job.failure.check("pull");
  }

  private void obtain(Job job, int index, Descriptor layer) {
    try {
      boolean done = false;
      while (!done) {
        job.cancellation.check();
        done = share(job, index, layer);
      }
    } catch (IOException | RuntimeException | Error e) {
      job.failure.fail(e);
    }
  }

  /** Fetches a layer or waits for who does; whether it is there then. */
  private boolean share(Job job, int index, Descriptor layer) throws IOException {
    String chain = job.image.chain(index);
    CompletableFuture<@Nullable Void> own = new CompletableFuture<>();
    CompletableFuture<@Nullable Void> other = under.putIfAbsent(chain, own);
    if (other != null) {
      job.progress.layer(layer, "Waiting");
      job.cancellation.await(other);
      return job.image.adopt(index);
    }
    job.image
        .placed(index)
        .whenComplete(
            (placed, failure) -> {
              under.remove(chain, own);
              own.complete(null);
            });
    // Another pull may have put it there before we looked.
    if (!job.image.adopt(index)) {
      download(job, index, layer);
    }
    return true;
  }

  private void download(Job job, int index, Descriptor layer) throws IOException {
    if (!slots.tryAcquire()) {
      job.progress.layer(layer, "Waiting");
      job.cancellation.acquire(slots);
    }
    try (BlobStream blob =
        new BlobStream(
            offset -> job.repository.layer(layer, offset, job.cancellation),
            layer,
            attempts,
            job.cancellation,
            job.progress.listener(layer))) {
      job.image.unpack(index, layer, blob, job.progress.meter(layer));
    } finally {
      slots.release();
    }
  }
}
