package dev.wherry.engine.lifecycle;

import dev.wherry.engine.cgroup.Cgroups;
import dev.wherry.engine.container.ExitStatus;
import dev.wherry.engine.launch.ExitFiles;
import dev.wherry.engine.launch.Supervisor.Order;
import dev.wherry.engine.launch.Supervisor.Supervised;
import dev.wherry.engine.linux.Signals;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** Watches the supervisors of live containers and tells how containers ended. */
final class ExitWatch {
  /** What is told of a container whose supervisor was killed before it could note an exit code. */
  static final int KILLED = 128 + Signals.SIGKILL;

  /** dockerd's exit code of a container whose end nobody saw, as when the host went down. */
  static final int UNKNOWN = 255;

  private final ExitFiles files;
  private final Cgroups cgroups;
  private final Map<String, Supervised> watched = new ConcurrentHashMap<>();
  private final OomWatch ooms;
  private volatile BiConsumer<String, ExitStatus> listener = (id, status) -> {};

  ExitWatch(ExitFiles files, Cgroups cgroups, OomWatch ooms) {
    this.files = files;
    this.cgroups = cgroups;
    this.ooms = ooms;
  }

  void listen(BiConsumer<String, ExitStatus> newListener) {
    listener = newListener;
  }

  void watch(Order order, Supervised supervised) {
    watched.put(order.id(), supervised);
    supervised.onGone(() -> ended(order));
  }

  /** Tells of a container that ended while nobody watched. */
  void tell(Order order, ExitStatus status) {
    listener.accept(order.id(), status);
  }

  /** How a container ended, if its supervisor could note it. */
  Optional<ExitStatus> noted(Order order) {
    return files
        .read(order.id())
        .map(
            exit ->
                new ExitStatus(
                    exit.code(), cgroups.at(order.cgroup()).oomKills() > 0, exit.time()));
  }

  /** Forgets what an earlier life left. */
  void reset(String id) {
    Supervised old = watched.remove(id);
    if (old != null) {
      old.close();
    }
    files.delete(id);
  }

  /** Whether the supervisor has noted an exit. */
  boolean isNoted(String id) {
    return files.read(id).isPresent();
  }

  void close() {
    watched.values().forEach(Supervised::close);
    watched.clear();
    ooms.close();
  }

  private void ended(Order order) {
    watched.remove(order.id());
    ooms.end(order.id());
    listener.accept(
        order.id(), noted(order).orElseGet(() -> new ExitStatus(KILLED, false, Instant.now())));
  }
}
