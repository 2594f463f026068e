package dev.wherry.engine.contents;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerConfig;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ConfigMerge;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageChanges;
import dev.wherry.engine.image.ImageConfig;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.image.ImageStore.Commit;
import dev.wherry.engine.lifecycle.ContainerLifecycle;
import dev.wherry.engine.lifecycle.LifecycleParts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes images of containers. */
final class ContainerCommit {
  private final LifecycleParts parts;
  private final ContainerLifecycle lifecycle;

  ContainerCommit(LifecycleParts parts, ContainerLifecycle lifecycle) {
    this.parts = parts;
    this.lifecycle = lifecycle;
  }

  String commit(Container container, CommitRequest request) {
    SnapshotContents.refuseHalfGone(container, "commit");
    Commit commit = order(container, request);
    if (!request.pause() || !(container.state() instanceof ContainerState.Running)) {
      return commit(container, commit);
    }
    lifecycle.pauseForNow(container.id());
    Throwable failure = null;
    try {
      return commit(container, commit);
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    } finally {
      goOn(container, failure);
    }
  }

  /** Lets it run again; a failure to do so does not hide why the commit failed. */
  private void goOn(Container container, @Nullable Throwable before) {
    try {
      lifecycle.unpause(container.id());
    } catch (RuntimeException e) {
      if (before == null) {
        throw e;
      }
      before.addSuppressed(e);
    }
  }

  /** All that can be wrong with the request is found out before anything is done. */
  private static Commit order(Container container, CommitRequest request) {
    String reference = request.reference();
    if (reference != null) {
      ImageReference.parse(reference);
    }
    ImageConfig own = config(container.config());
    ImageConfig given = request.config() == null ? own : request.config();
    List<String> cmd = container.config().cmd();
    return new Commit(
        container.imageId(),
        ConfigMerge.merge(ImageChanges.apply(given, request.changes()), own),
        cmd == null ? "" : String.join(" ", cmd),
        request.author(),
        request.comment(),
        reference);
  }

  /** The part of a container's configuration that an image has too. */
  private static ImageConfig config(ContainerConfig config) {
    return new ImageConfig(
        config.user(),
        nullIfEmpty(config.exposedPorts()),
        config.env(),
        config.entrypoint(),
        config.cmd(),
        nullIfEmpty(config.volumes()),
        config.workingDir(),
        config.labels(),
        config.stopSignal(),
        config.stopTimeout(),
        config.healthcheck(),
        config.onBuild(),
        config.shell(),
        false);
  }

  private static @Nullable Set<String> nullIfEmpty(Set<String> set) {
    return set.isEmpty() ? null : set;
  }

  private String commit(Container container, Commit commit) {
    Path upper = parts.snapshotter().stack(container.id()).upper();
    Image image;
    try (LayerPipe layer = LayerPipe.open(parts.paths(), upper, parts.ids(), parts.parallel())) {
      image = parts.images().commit(commit, layer);
    } catch (IOException e) {
      throw new EngineException.Internal("commit: " + e.getMessage(), e);
    }
    Map<String, String> attributes = new HashMap<>();
    attributes.put("comment", commit.comment());
    attributes.put("imageID", image.id());
    String reference = commit.reference();
    attributes.put(
        "imageRef",
        reference == null ? "" : ImageReference.parse(reference).withDefaultTag().familiar());
    lifecycle.tell(container, "commit", attributes);
    return image.id();
  }
}
