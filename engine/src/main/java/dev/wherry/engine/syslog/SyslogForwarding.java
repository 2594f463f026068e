package dev.wherry.engine.syslog;

import dev.wherry.engine.container.Container;
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
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The containers whose output goes to a syslog server; containers with other log drivers are passed
 * over. Calls for one container are made one after the other.
 */
public final class SyslogForwarding implements AutoCloseable {
  private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final LogChanges changes;
  private final SyslogDialer dialer;
  private final Map<String, SyslogForwarder> forwarders = new ConcurrentHashMap<>();

  public SyslogForwarding(LogChanges changes, Sockets sockets, Processes processes) {
    this.changes = changes;
    this.dialer = new SyslogDialer(sockets, processes);
  }

  /**
   * A container is about to start.
   *
   * @param log the file its output will be written to, in a directory that exists
   * @throws EngineException.Internal if there is no connection, in dockerd's words
   */
  public void begin(Container container, Path log) {
    if (!concerns(container)) {
      return;
    }
    try {
      SyslogOptions options = options(container);
      forward(container, log, options, dialer.dial(options));
    } catch (IOException | EngineException e) {
      throw new EngineException.Internal(
          "failed to initialize logging driver: " + e.getMessage(), e);
    }
  }

  /** A container was found that an earlier daemon started. */
  public void resume(Container container, Path log) {
    if (concerns(container)) {
      forward(container, log, options(container), null);
    }
  }

  private static boolean concerns(Container container) {
    return LogDriver.find(container.hostConfig().logConfig().type())
        .filter(driver -> driver == LogDriver.SYSLOG)
        .isPresent();
  }

  private static SyslogOptions options(Container container) {
    return SyslogOptions.of(container.hostConfig().logConfig().config());
  }

  private void forward(
      Container container, Path log, SyslogOptions options, @Nullable SyslogConnection connection) {
    String id = container.id();
    close(id);
    SyslogForwarder forwarder =
        new SyslogForwarder(
            id,
            log,
            log.resolveSibling("syslog.sent"),
            changes,
            () -> dialer.dial(options),
            options,
            sender(container),
            connection);
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
    SyslogForwarder forwarder = forwarders.get(id);
    if (forwarder != null) {
      forwarder.finish();
    }
  }

  /** A container's log is about to go: waits a little for its rest to be sent. */
  public void close(String id) {
    SyslogForwarder forwarder = forwarders.remove(id);
    if (forwarder != null) {
      forwarder.close(PATIENCE);
    }
  }

  /** Stops all at once; they go on with {@link #resume}. */
  @Override
  public void close() {
    forwarders.values().forEach(SyslogForwarder::stop);
    forwarders.clear();
  }
}
