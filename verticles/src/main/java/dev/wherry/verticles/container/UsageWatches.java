package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.usage.UsageSample;
import dev.wherry.verticles.bus.Contexts;
import dev.wherry.verticles.bus.Timers;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads what containers use, for as long as somebody looks: one reader for each container, however
 * many look at it. Reading changes nothing, so it does not wait in the container's lane, and one
 * whose stop or start hangs can still be looked at. Confined to one context.
 */
final class UsageWatches {
  /** Between two readings of a stream, as in dockerd. */
  static final Duration INTERVAL = Duration.ofSeconds(1);

  /**
   * Between the two readings of a comparison nobody else shares: the host's processor time is
   * counted in ticks of 10 ms, so this is still right to about one part in eighty on two CPUs.
   */
  static final Duration BRIEF_INTERVAL = Duration.ofMillis(400);

  private final ContainerRoom room;
  private final Map<String, Watch> watches = new HashMap<>();

  UsageWatches(ContainerRoom room) {
    this.room = room;
  }

  /** One who looks at a container. */
  interface Looker {
    /**
     * @param now {@code null} if the container is not alive
     * @return whether to go on looking
     */
    boolean take(Container container, @Nullable UsageSample now);

    /** Whether it looks for a moment only. */
    boolean isBrief();

    void removed(String id);

    void failed(Throwable failure);
  }

  /** A reading a second until the container is removed or the client leaves. */
  Future<Containers.UsageStream> stream(String ref, ContextInternal client) {
    String id = room.lifecycle().index().get(ref).id();
    UsageFeed feed =
        new UsageFeed(client, left -> Contexts.run(room.context(), () -> leave(id, left)));
    watch(id).join(feed);
    return Future.succeededFuture(feed);
  }

  /**
   * One reading.
   *
   * @param compared with one before it
   */
  Future<UsageReading> glance(String ref, boolean compared) {
    String id = room.lifecycle().index().get(ref).id();
    UsageGlance glance = new UsageGlance(room.context().promise(), compared);
    watch(id).join(glance);
    return glance.result();
  }

  /** How many containers are looked at. */
  int size() {
    return watches.size();
  }

  private Watch watch(String id) {
    return watches.computeIfAbsent(id, Watch::new);
  }

  private void leave(String id, Looker looker) {
    Watch watch = watches.get(id);
    if (watch != null) {
      watch.leave(looker);
    }
  }

  /** A container's reader. */
  private final class Watch {
    private final String id;
    private final List<Looker> lookers = new ArrayList<>();
    private Timers.@Nullable Timer next;
    private @Nullable Reading latest;
    private boolean reading;

    private record Reading(Container container, @Nullable UsageSample sample) {}

    Watch(String id) {
      this.id = id;
    }

    void join(Looker looker) {
      Reading known = latest;
      if (known == null || looker.take(known.container(), known.sample())) {
        lookers.add(looker);
      }
      if (!reading && next == null) {
        read();
      }
    }

    void leave(Looker looker) {
      lookers.remove(looker);
      closeIfAlone();
    }

    private void closeIfAlone() {
      if (lookers.isEmpty()) {
        watches.remove(id, this);
        if (next != null) {
          next.cancel();
        }
      }
    }

    private void read() {
      next = null;
      reading = true;
      room.kernel()
          .call(() -> room.lifecycle().usage(id))
          .onSuccess(this::arrived)
          .onFailure(this::failed);
    }

    private void arrived(Optional<UsageSample> sample) {
      reading = false;
      Container container = room.lifecycle().index().byId(id).orElse(null);
      if (container == null) {
        end(looker -> looker.removed(id));
        return;
      }
      Reading now = new Reading(container, sample.orElse(null));
      latest = now;
      lookers.removeIf(looker -> !looker.take(now.container(), now.sample()));
      closeIfAlone();
      if (!lookers.isEmpty()) {
        boolean brief = lookers.stream().allMatch(Looker::isBrief);
        next = room.timers().after(brief ? BRIEF_INTERVAL : INTERVAL, this::read);
      }
    }

    private void failed(Throwable failure) {
      reading = false;
      boolean removed = room.lifecycle().index().byId(id).isEmpty();
      end(looker -> goodbye(looker, removed, failure));
    }

    private void goodbye(Looker looker, boolean removed, Throwable failure) {
      if (removed) {
        looker.removed(id);
      } else {
        looker.failed(failure);
      }
    }

    private void end(Consumer<Looker> farewell) {
      List<Looker> last = List.copyOf(lookers);
      lookers.clear();
      closeIfAlone();
      last.forEach(farewell);
    }
  }
}
