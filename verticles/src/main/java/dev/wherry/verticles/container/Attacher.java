package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.HostConfig.ConsoleSize;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.log.LogAttributes;
import dev.wherry.engine.log.LogDriver;
import dev.wherry.engine.log.LogReader;
import dev.wherry.verticles.bus.QueuedStream;
import dev.wherry.verticles.stream.LogPump;
import dev.wherry.verticles.stream.SessionRequest;
import dev.wherry.verticles.stream.StdioChunk;
import dev.wherry.verticles.stream.StdioRules;
import dev.wherry.verticles.stream.StdioSession;
import dev.wherry.verticles.stream.StreamSelection;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Connects clients with containers: attach, logs, terminal size. */
final class Attacher {
  private final ContainerRoom room;
  private final ContainerLogs logs;
  private final Resizer resizer;

  Attacher(ContainerRoom room, ContainerLogs logs, Resizer resizer) {
    this.room = room;
    this.logs = logs;
    this.resizer = resizer;
  }

  Future<StdioSession> attach(String ref, AttachRequest request, ContextInternal client) {
    return room.inLane(ref, container -> attach(container, ref, request, client));
  }

  private Future<StdioSession> attach(
      Container container, String ref, AttachRequest request, ContextInternal client) {
    if (container.state() instanceof ContainerState.Paused) {
      throw new EngineException.Conflict(
          "container " + ref + " is paused, unpause the container before attach");
    }
    if (container.state() instanceof ContainerState.Restarting) {
      throw new EngineException.Conflict(
          "container " + ref + " is restarting, wait until the container is running");
    }
    Future<Path> socket =
        request.stream() && container.state().isAlive()
            ? room.kernel().call(() -> room.lifecycle().attachPoint(container.id()).socket())
            : room.context().succeededFuture();
    return room.tell(container, "attach", Map.of())
        .compose(told -> socket)
        .compose(path -> open(container, request, client, path));
  }

  private Future<StdioSession> open(
      Container container, AttachRequest request, ContextInternal client, @Nullable Path socket) {
    String id = container.id();
    StdioRules rules = StdioRules.of(container.config());
    SessionRequest session =
        new SessionRequest(
            client,
            new StreamSelection(
                request.stdin() && request.stream(), request.stdout(), request.stderr()),
            request.logs() ? queue -> replay(container, request, queue) : null,
            socket,
            () -> room.tell(container, "detach", Map.of()));
    return request.stream()
        ? room.hub().attach(id, rules, session)
        : room.hub().replay(id, rules, session);
  }

  private Future<Void> replay(
      Container container, AttachRequest request, QueuedStream<StdioChunk> queue) {
    LogReader.Selection selection =
        new LogReader.Selection(request.stdout(), request.stderr(), null, null, -1);
    return room.kernel()
        .call(() -> logs.open(container, selection))
        .compose(
            reader ->
                new LogPump(room.kernel(), reader, LogPump.Prefix.NONE, queue)
                    .drain()
                    .eventually(() -> room.kernel().run(reader::close)));
  }

  Future<Containers.LogStream> logs(String ref, LogRequest request, ContextInternal client) {
    return room.inLane(ref, container -> openLogs(container, request, client));
  }

  private Future<Containers.LogStream> openLogs(
      Container container, LogRequest request, ContextInternal client) {
    if (!room.lifecycle().log(container).policy().kept()) {
      throw new EngineException.NotImplemented(
          "configured logging driver does not support reading");
    }
    boolean follow = request.follow() && ContainerRoom.isRunning(container);
    Containers.Waiter exit =
        follow ? room.waiters().register(container.id(), WaitCondition.NEXT_EXIT) : null;
    return room.kernel()
        .call(() -> openFeed(container, request, client, follow))
        .onFailure(
            failure -> {
              if (exit != null) {
                exit.cancel();
              }
            })
        .map(
            feed -> {
              if (exit == null) {
                feed.finish();
              } else {
                follow(feed, exit, request.selection().until());
              }
              return feed;
            });
  }

  /** On a worker. */
  private LogFeed openFeed(
      Container container, LogRequest request, ContextInternal client, boolean follow) {
    LogReader reader = logs.open(container, request.selection());
    LogFeed feed = new LogFeed(room.kernel(), reader, prefix(container, request), client);
    try {
      if (follow) {
        feed.watchedBy(logs.watch(container, feed::changed));
      }
      return feed;
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /** As in dockerd the local driver's lines have no attributes. */
  private LogPump.Prefix prefix(Container container, LogRequest request) {
    if (!request.details()) {
      return new LogPump.Prefix(request.timestamps(), null);
    }
    LogDriver driver = room.lifecycle().log(container).policy().driver();
    return new LogPump.Prefix(
        request.timestamps(),
        driver == LogDriver.JSON_FILE ? LogAttributes.of(container) : Map.of());
  }

  private void follow(LogFeed feed, Containers.Waiter exit, @Nullable Instant until) {
    feed.whenOver(exit::cancel);
    exit.result().onComplete(ended -> feed.finish());
    if (until != null) {
      Duration left = Duration.between(Instant.now(), until);
      room.timers().after(left.isNegative() ? Duration.ZERO : left, feed::finish);
    }
    feed.changed();
  }

  Future<Void> resize(String ref, int rows, int columns) {
    return room.inLane(ref, container -> resize(container, new ConsoleSize(rows, columns)));
  }

  private Future<Void> resize(Container container, ConsoleSize size) {
    String id = container.id();
    if (!container.state().isAlive()) {
      throw new EngineException.Conflict("container " + id + " is not running");
    }
    Map<String, String> attributes =
        Map.of("height", Integer.toString(size.rows()), "width", Integer.toString(size.columns()));
    return room.kernel()
        .call(() -> room.lifecycle().attachPoint(id).control())
        .compose(control -> resizer.resize(id, control, size))
        .compose(sent -> room.tell(container, "resize", attributes));
  }
}
