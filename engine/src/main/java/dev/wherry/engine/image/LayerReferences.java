package dev.wherry.engine.image;

import dev.wherry.engine.archive.ArchivedLayer;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.layer.LayerStager;
import dev.wherry.engine.layer.PendingLayer;
import dev.wherry.engine.snapshot.CommittedLayer;
import dev.wherry.engine.snapshot.Snapshotter;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who needs which layer. An image holds all layers of its stack; so does, for a while, work that is
 * on its way to an image. What nobody holds is given up. Thread-safe.
 */
final class LayerReferences {
  private final Snapshotter snapshotter;
  private final LayerStager stager;
  private final Map<String, Integer> counts = new HashMap<>();
  private final ReentrantLock lock = new ReentrantLock();

  LayerReferences(Snapshotter snapshotter, LayerStager stager) {
    this.snapshotter = snapshotter;
    this.stager = stager;
  }

  /** Gives up all layers that nobody holds, as at start, after the images hold theirs. */
  void collectGarbage() {
    lock.lock();
    try {
      for (CommittedLayer layer : snapshotter.committed()) {
        if (!counts.containsKey(layer.chainId())) {
          snapshotter.removeCommitted(layer.chainId());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Holds layers that are all there. */
  Hold hold(List<String> chains) {
    Hold hold = new Hold();
    for (String chain : chains) {
      if (!retain(chain)) {
        hold.close();
        throw new EngineException.NotFound("layer " + chain + " does not exist");
      }
      hold.chains.push(chain);
    }
    return hold;
  }

  private boolean retain(String chain) {
    lock.lock();
    try {
      if (!snapshotter.exists(chain)) {
        return false;
      }
      counts.merge(chain, 1, Integer::sum);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether that was the last to hold it, and nothing else stood on it. */
  private boolean release(String chain) {
    lock.lock();
    try {
      int left = counts.merge(chain, -1, Integer::sum);
      if (left > 0) {
        return false;
      }
      counts.remove(chain);
      return snapshotter.removeCommitted(chain);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sees to it that a stack of layers is there, and holds it.
   *
   * @param diffIds of the layers, lowest first
   * @param chains their identities as a stack
   * @param layers where each can be had from
   * @throws EngineException.InvalidParameter if one of them can't be had, or is another
   */
  Hold install(List<Digest> diffIds, List<String> chains, List<ArchivedLayer> layers)
      throws IOException {
    Hold hold = new Hold();
    boolean done = false;
    try {
      for (int i = 0; i < chains.size(); i++) {
        add(hold, diffIds.get(i), chains.get(i), layers.get(i));
      }
      done = true;
      return hold;
    } finally {
      if (!done) {
        hold.close();
      }
    }
  }

  /** A claim on nothing yet, which {@link #add} and {@link #extend} make grow upwards. */
  Hold holdNothing() {
    return new Hold();
  }

  /**
   * Holds one layer more if it is there.
   *
   * @return whether it is
   */
  boolean extend(Hold hold, String chain) {
    boolean there = retain(chain);
    if (there) {
      hold.chains.push(chain);
    }
    return there;
  }

  /** Sees to it that a layer is there, on top of those that are held, and holds it too. */
  void add(Hold hold, Digest diffId, String chain, ArchivedLayer layer) throws IOException {
    install(diffId, chain, hold.chains.peek(), layer);
    hold.chains.push(chain);
  }

  private void install(Digest diffId, String chain, @Nullable String parent, ArchivedLayer layer)
      throws IOException {
    if (retain(chain)) {
      return;
    }
    if (layer instanceof ArchivedLayer.Unpacked(PendingLayer pending) && !pending.isCommitted()) {
      commit(pending, chain, parent);
      return;
    }
    // The same layer lies somewhere else in this or another stack.
    Optional<CommittedLayer> same = retainByDiffId(diffId);
    if (same.isEmpty()) {
      throw new EngineException.InvalidParameter(
          layer instanceof ArchivedLayer.Unusable(String reason)
              ? "layer " + diffId + ": " + reason
              : "layer " + diffId + " does not exist");
    }
    try (InputStream archive = stager.archive(same.get());
        PendingLayer copy = stager.stage(archive, bytes -> {})) {
      if (!copy.unpacked().diffId().equals(diffId)) {
        throw new EngineException.Internal("the stored layer " + diffId + " is damaged");
      }
      commit(copy, chain, parent);
    } finally {
      release(same.get().chainId());
    }
  }

  private void commit(PendingLayer pending, String chain, @Nullable String parent) {
    lock.lock();
    try {
      pending.commit(chain, parent);
      counts.merge(chain, 1, Integer::sum);
    } finally {
      lock.unlock();
    }
  }

  private Optional<CommittedLayer> retainByDiffId(Digest diffId) {
    lock.lock();
    try {
      Optional<CommittedLayer> found =
          snapshotter.committed().stream()
              .filter(layer -> layer.diffId().equals(diffId.toString()))
              .findFirst();
      found.ifPresent(layer -> counts.merge(layer.chainId(), 1, Integer::sum));
      return found;
    } finally {
      lock.unlock();
    }
  }

  /** A claim on a stack of layers; closing gives it up. One thread. */
  final class Hold implements AutoCloseable {
    private final Deque<String> chains = new ArrayDeque<>();

    private Hold() {}

    /** Gives the claim up and says which layers are gone by that, the uppermost first. */
    List<String> release() {
      List<String> gone = new ArrayList<>();
      while (!chains.isEmpty()) {
        String chain = chains.pop();
        if (LayerReferences.this.release(chain)) {
          gone.add(chain);
        }
      }
      return gone;
    }

    @Override
    public void close() {
      release();
    }
  }
}
