package dev.wherry.engine.registry;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.image.OutgoingImage;
import dev.wherry.engine.registry.LayerOrigins.Blob;
import dev.wherry.engine.registry.LayerOrigins.Origin;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a repository has an image's layers, several at a time, with one bound for all
 * pushes. What the registry has already is not sent: a blob that is there, or in another of its
 * repositories from where it can be mounted.
 */
final class LayerUploads {
  /** How many blobs a layer may be known as are asked for. */
  private static final int MOST_CANDIDATES = 4;

  private final Executor executor;
  private final LayerOrigins origins;
  private final Semaphore slots;
  private final int attempts;

  /** What is on its way, by repository and layer. */
  private final ConcurrentMap<String, CompletableFuture<@Nullable Void>> under =
      new ConcurrentHashMap<>();

  LayerUploads(Executor executor, LayerOrigins origins, RegistrySettings settings) {
    this.executor = executor;
    this.origins = origins;
    this.slots = new Semaphore(settings.uploads(), true);
    this.attempts = settings.attempts();
  }

  /** Of one image. */
  private record Job(
      PushTarget target,
      PushProgress progress,
      Cancellation cancellation,
      Map<Digest, Blob> done,
      FirstFailure failure) {}

  /**
   * Sends what has to be sent.
   *
   * @return the blob of each layer, in their order
   */
  List<Blob> send(
      OutgoingImage image, PushTarget target, PushProgress progress, Cancellation cancellation)
      throws IOException {
    Cancellation own = cancellation.child();
    Job job =
        new Job(target.with(own), progress, own, new ConcurrentHashMap<>(), new FirstFailure(own));
    image.layers().reversed().forEach(layer -> progress.layer(layer, "Preparing"));
    Map<Digest, CompletableFuture<Void>> tasks = new LinkedHashMap<>();
    for (OutgoingImage.Layer layer : image.layers()) {
      // The same layer twice is one blob.
      tasks.computeIfAbsent(
          layer.diffId(), diffId -> CompletableFuture.runAsync(() -> settle(job, layer), executor));
    }
    CompletableFuture.allOf(tasks.values().toArray(CompletableFuture<?>[]::new)).join();
    cancellation.check();
    job.failure.check("push");
    List<Blob> blobs = new ArrayList<>();
    for (OutgoingImage.Layer layer : image.layers()) {
      blobs.add(Objects.requireNonNull(job.done.get(layer.diffId())));
    }
    return blobs;
  }

  private void settle(Job job, OutgoingImage.Layer layer) {
    String key = job.target.name().familiarName() + " " + layer.diffId();
    CompletableFuture<@Nullable Void> own = new CompletableFuture<>();
    try {
      CompletableFuture<@Nullable Void> other = under.putIfAbsent(key, own);
      while (other != null) {
        job.progress.layer(layer, "Waiting");
        job.cancellation.await(other);
        other = under.putIfAbsent(key, own);
      }
      job.done.put(layer.diffId(), blob(job, layer));
    } catch (IOException | RuntimeException | Error e) {
      job.failure.fail(e);
    } finally {
      under.remove(key, own);
      own.complete(null);
    }
  }

  private Blob blob(Job job, OutgoingImage.Layer layer) throws IOException {
    if (!slots.tryAcquire()) {
      job.progress.layer(layer, "Waiting");
      job.cancellation.acquire(slots);
    }
    try {
      for (int failures = 0; ; ) {
        try {
          return once(job, layer);
        } catch (NoCredentials e) {
          throw new IOException(NoCredentials.TEXT, e);
        } catch (IOException e) {
          job.cancellation.check();
          failures++;
          if (failures >= attempts || (e instanceof RegistryError error && error.isFinal())) {
            throw e;
          }
          job.progress.retrying(layer, Duration.ofSeconds(failures), job.cancellation);
        }
      }
    } finally {
      slots.release();
    }
  }

  private Blob once(Job job, OutgoingImage.Layer layer) throws IOException {
    PushTarget target = job.target;
    List<Origin> known = origins.of(layer.diffId(), target.name());
    for (Origin origin : candidates(known)) {
      if (target.has(origin.digest())) {
        job.progress.layer(layer, "Layer already exists");
        return noted(job, layer, new Blob(origin.digest().toString(), origin.size()));
      }
    }
    URI upload = null;
    for (Origin origin : known.stream().filter(each -> isElsewhere(each, target)).toList()) {
      upload = target.mount(origin.digest(), origin.path());
      if (upload == null) {
        job.progress.layer(layer, "Mounted from " + origin.path());
        return noted(job, layer, new Blob(origin.digest().toString(), origin.size()));
      }
    }
    CompressedLayer content = new CompressedLayer(layer, executor, job.progress.meter(layer));
    URI sent = target.send(upload == null ? target.begin() : upload, content);
    Blob blob = content.blob();
    target.finish(sent, Digest.parse(blob.digest()), RegistryHttp.Content.NONE);
    job.progress.layer(layer, "Pushed");
    return noted(job, layer, blob);
  }

  /** As soon as it is there, so that whoever waits for it finds it. */
  private Blob noted(Job job, OutgoingImage.Layer layer, Blob blob) {
    origins.add(job.target.name(), Map.of(layer.diffId(), blob));
    return blob;
  }

  private static List<Origin> candidates(List<Origin> known) {
    Map<Digest, Origin> distinct = new LinkedHashMap<>();
    known.forEach(origin -> distinct.putIfAbsent(origin.digest(), origin));
    return distinct.values().stream().limit(MOST_CANDIDATES).toList();
  }

  private static boolean isElsewhere(Origin origin, PushTarget target) {
    return origin.isAt(target.name()) && !origin.isIn(target.name());
  }
}
