package dev.wherry.engine.forward;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Processes;
import dev.wherry.engine.linux.Sockets;
import dev.wherry.engine.log.LogAttributes;
import dev.wherry.engine.log.LogChanges;
import dev.wherry.engine.log.LogDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The containers whose output goes to a syslog server or the host's journal; containers with other
 * log drivers are passed over. Calls for one container are made one after the other.
 */
public final class LogForwarding implements AutoCloseable {
  /** Where systemd-journald.service(8) listens. */
  private static final Path JOURNAL = Path.of("/run/systemd/journal/socket");

  private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final LogChanges changes;
  private final Sockets sockets;
  private final Processes processes;
  private final SyslogDialer dialer;
  private final Map<String, LogForwarder> forwarders = new ConcurrentHashMap<>();

  public LogForwarding(LogChanges changes, Sockets sockets, Processes processes) {
    this.changes = changes;
    this.sockets = sockets;
    this.processes = processes;
    this.dialer = new SyslogDialer(sockets, processes);
  }

  /**
   * A container is about to start.
   *
   * @param log the file its output will be written to, in a directory that exists
   * @throws EngineException.Internal if there is no connection, in dockerd's words
   */
  public void begin(Container container, Path log) {
    try {
      Optional<LogRoute> route = route(container);
      if (route.isPresent()) {
        forward(container, log, route.get(), route.get().connect());
      }
    } catch (IOException | EngineException e) {
      throw new EngineException.Internal(
          "failed to create task for container: failed to initialize logging driver: "
              + e.getMessage(),
          e);
    }
  }

  /** A container was found that an earlier daemon started. */
  public void resume(Container container, Path log) {
    route(container).ifPresent(route -> forward(container, log, route, null));
  }

  private Optional<LogRoute> route(Container container) {
    HostConfig.LogConfig log = container.hostConfig().logConfig();
    return LogDriver.find(log.type())
        .flatMap(
            driver ->
                switch (driver) {
                  case SYSLOG ->
                      Optional.of(
                          new SyslogRoute(
                              dialer, SyslogOptions.of(log.config()), sender(container)));
                  case JOURNALD ->
                      Optional.of(new JournalRoute(JOURNAL, sockets, processes, container));
                  case JSON_FILE, LOCAL, NONE -> Optional.empty();
                });
  }

  private void forward(
      Container container, Path log, LogRoute route, @Nullable LogConnection connection) {
    String id = container.id();
    close(id);
    String sent = container.hostConfig().logConfig().type() + ".sent";
    LogForwarder forwarder =
        new LogForwarder(id, log, log.resolveSibling(sent), changes, route, connection);
    forwarders.put(id, forwarder);
    forwarder.start();
  }

  private static SyslogFormat.Sender sender(Container container) {
    String tag = container.hostConfig().logConfig().config().getOrDefault("tag", "");
    try {
      return new SyslogFormat.Sender(
          Files.readString(HOSTNAME).strip(),
          LogAttributes.tag(tag.isEmpty() ? LogAttributes.DEFAULT_TAG : tag, container),
          ProcessHandle.current().pid(),
          ZoneId.systemDefault());
    } catch (IOException e) {
      throw new EngineException.Internal("cannot read " + HOSTNAME + ": " + e.getMessage(), e);
    }
  }

  /** A container has ended: the rest of its log is sent, by and by. */
  public void finish(String id) {
    LogForwarder forwarder = forwarders.get(id);
    if (forwarder != null) {
      forwarder.finish();
    }
  }

  /** A container's log is about to go: waits a little for its rest to be sent. */
  public void close(String id) {
    LogForwarder forwarder = forwarders.remove(id);
    if (forwarder != null) {
      forwarder.close(PATIENCE);
    }
  }

  /** Stops all at once; they go on with {@link #resume}. */
  @Override
  public void close() {
    forwarders.values().forEach(LogForwarder::stop);
    forwarders.clear();
  }
}
