package dev.wherry.engine.snapshot;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Who needs which active snapshot mounted: its container, and any number of others. It is mounted
 * for the first and unmounted after the last, so that there are never two mounts of one upper
 * directory.
 */
final class MountClaims {
  private final Consumer<String> mount;
  private final Consumer<String> unmount;
  private final Map<String, Claims> mounted = new ConcurrentHashMap<>();

  /**
   * Those who need one.
   *
   * @param container whether it was mounted for its container
   * @param others how many others need it
   */
  private record Claims(boolean container, int others) {
    boolean isAny() {
      return container || others > 0;
    }
  }

  /**
   * @param mount mounts a snapshot that is not mounted
   * @param unmount unmounts one that is
   */
  MountClaims(Consumer<String> mount, Consumer<String> unmount) {
    this.mount = mount;
    this.unmount = unmount;
  }

  /** Takes note of one that an earlier daemon left mounted. */
  void found(String key) {
    mounted.put(key, new Claims(true, 0));
  }

  void claimForContainer(String key) {
    claim(key, claims -> new Claims(true, claims.others));
  }

  void releaseForContainer(String key) {
    release(key, claims -> new Claims(false, claims.others));
  }

  /** A further claim; to be run to give it up, of which a second time does nothing. */
  Runnable claim(String key) {
    claim(key, claims -> new Claims(claims.container, claims.others + 1));
    AtomicBoolean given = new AtomicBoolean();
    return () -> {
      if (given.compareAndSet(false, true)) {
        release(key, claims -> new Claims(claims.container, Math.max(claims.others - 1, 0)));
      }
    };
  }

  /** Ends all claims. */
  void releaseAll(String key) {
    release(key, claims -> new Claims(false, 0));
  }

  boolean isEmpty() {
    return mounted.isEmpty();
  }

  private void claim(String key, UnaryOperator<Claims> change) {
    // The map makes sure that a key is worked on by one at a time.
    mounted.compute(
        key,
        (same, claims) -> {
          if (claims == null) {
            mount.accept(key);
            return change.apply(new Claims(false, 0));
          }
          return change.apply(claims);
        });
  }

  private void release(String key, UnaryOperator<Claims> change) {
    mounted.computeIfPresent(
        key,
        (same, claims) -> {
          Claims left = change.apply(claims);
          if (left.isAny()) {
            return left;
          }
          unmount.accept(key);
          return null;
        });
  }
}
