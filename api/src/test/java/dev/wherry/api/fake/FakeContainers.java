package dev.wherry.api.fake;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerFiles;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.ContainerUpdate;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.lifecycle.ContainerLifecycle.DiskUsage;
import dev.wherry.engine.lifecycle.ContainerLifecycle.ProcessTable;
import dev.wherry.engine.lifecycle.NewContainer;
import dev.wherry.engine.network.Attachment;
import dev.wherry.verticles.bus.QueuedFeed;
import dev.wherry.verticles.bus.QueuedStream;
import dev.wherry.verticles.container.AttachRequest;
import dev.wherry.verticles.container.Containers;
import dev.wherry.verticles.container.LogRequest;
import dev.wherry.verticles.container.UsageReading;
import dev.wherry.verticles.container.WaitCondition;
import dev.wherry.verticles.container.WaitResult;
import dev.wherry.verticles.stream.StdioChunk;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Containers without processes: what is asked is noted, what they do is the test's to say. */
public final class FakeContainers implements Containers {
  public final FakeIndex index = new FakeIndex();

  /** Every call, as {@code name ref arguments}. */
  public final List<String> calls = new CopyOnWriteArrayList<>();

  public final List<FakeSession> sessions = new CopyOnWriteArrayList<>();
  public final List<AttachRequest> attaches = new CopyOnWriteArrayList<>();
  public final List<FakeWaiter> waiters = new CopyOnWriteArrayList<>();
  public final List<FakeLog> logs = new CopyOnWriteArrayList<>();
  public final List<NewContainer> requests = new CopyOnWriteArrayList<>();

  /** Completed by a test before an attach is live. */
  public volatile Supplier<Future<Void>> beforeAttach = Future::succeededFuture;

  private final AtomicInteger made = new AtomicInteger();

  /** A waiter a test lets go. */
  public static final class FakeWaiter implements Waiter {
    private final Promise<WaitResult> promise = Promise.promise();
    public final WaitCondition condition;
    public volatile boolean cancelled;

    FakeWaiter(WaitCondition condition) {
      this.condition = condition;
    }

    public void exit(int code) {
      promise.complete(new WaitResult(code, ""));
    }

    @Override
    public Future<WaitResult> result() {
      return promise.future();
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  /** A log a test writes. */
  public static final class FakeLog extends QueuedFeed<StdioChunk> implements LogStream {
    public final QueuedStream<StdioChunk> queue =
        new QueuedStream<>(
            (ContextInternal) Vertx.currentContext(), c -> c.data().length(), 65536, () -> {});
    public final LogRequest request;
    public volatile boolean cancelled;

    FakeLog(LogRequest request) {
      this.request = request;
    }

    @Override
    protected QueuedStream<StdioChunk> queue() {
      return queue;
    }

    @Override
    public void cancel() {
      cancelled = true;
      queue.cancel();
    }
  }

  /** Readings that were made before. */
  private static final class FakeUsages extends QueuedFeed<UsageReading> implements UsageStream {
    private final QueuedStream<UsageReading> queue =
        new QueuedStream<>((ContextInternal) Vertx.currentContext(), r -> 1, 10, () -> {});

    @Override
    protected QueuedStream<UsageReading> queue() {
      return queue;
    }

    @Override
    public void cancel() {
      queue.cancel();
    }
  }

  @Override
  public void anticipate() {
    calls.add("anticipate");
  }

  @Override
  public FakeIndex index() {
    return index;
  }

  @Override
  public ContainerFiles files(Container container) {
    return new ContainerFiles(
        "/data/" + container.id() + "/resolv.conf",
        "/data/" + container.id() + "/hostname",
        "/data/" + container.id() + "/hosts",
        "/data/" + container.id() + "/log",
        Map.of("MergedDir", "/data/merged"));
  }

  @Override
  public Future<Container> create(NewContainer request) {
    requests.add(request);
    if (!request.image().startsWith("busybox")) {
      return Future.failedFuture(
          new EngineException.NotFound("No such image: " + request.image() + ":latest"));
    }
    String id = Fixtures.id("c" + "%03x".formatted(made.incrementAndGet()));
    String name = request.name().isEmpty() ? "fake_" + made.get() : request.name();
    Container container = Fixtures.container(id, name, request);
    index.put(container);
    return Future.succeededFuture(container);
  }

  @Override
  public Future<Void> start(String ref) {
    Container container = index.get(ref);
    if (container.state().isAlive()) {
      return Future.failedFuture(new EngineException.NotModified("already started"));
    }
    index.put(container.withState(new ContainerState.Running(4711, 1, Instant.now())));
    return done("start", ref);
  }

  @Override
  public Future<Void> stop(String ref, String signal, Integer timeoutSeconds) {
    return done("stop", ref, signal, timeoutSeconds);
  }

  @Override
  public Future<Void> restart(String ref, String signal, Integer timeoutSeconds) {
    return done("restart", ref, signal, timeoutSeconds);
  }

  @Override
  public Future<Void> kill(String ref, String signal) {
    return done("kill", ref, signal);
  }

  @Override
  public Future<Void> pause(String ref) {
    return done("pause", ref);
  }

  @Override
  public Future<Void> unpause(String ref) {
    return done("unpause", ref);
  }

  @Override
  public Future<Void> rename(String ref, String newName) {
    Future<Void> done = done("rename", ref, newName);
    index.put(index.get(ref).withName(newName));
    return done;
  }

  @Override
  public Future<Void> unlink(String ref, String alias) {
    return done("unlink", ref, alias);
  }

  @Override
  public Future<Void> connect(String ref, String network, Attachment.Request request) {
    return done("connect", ref, network, request);
  }

  @Override
  public Future<Void> disconnect(String ref, String network, boolean force) {
    return done("disconnect", ref, network, force);
  }

  @Override
  public Future<Void> update(String ref, ContainerUpdate change) {
    return done("update", ref, change);
  }

  @Override
  public Future<Void> remove(String ref, boolean force, boolean volumes) {
    Future<Void> done = done("remove", ref, force, volumes);
    index.remove(index.get(ref).id());
    return done;
  }

  @Override
  public Future<Waiter> waitFor(String ref, WaitCondition condition) {
    var waiter = new FakeWaiter(condition);
    waiters.add(waiter);
    return done("wait", ref, condition).map(waiter);
  }

  @Override
  public Future<StdioSession> attach(String ref, AttachRequest request) {
    attaches.add(request);
    ContextInternal context = (ContextInternal) Vertx.currentContext();
    Promise<StdioSession> live = context.promise();
    beforeAttach
        .get()
        .onSuccess(
            ready ->
                context.runOnContext(
                    now -> {
                      var session = new FakeSession();
                      sessions.add(session);
                      live.complete(session);
                    }))
        .onFailure(live::fail);
    return live.future();
  }

  @Override
  public Future<Void> resize(String ref, int rows, int columns) {
    return done("resize", ref, rows, columns);
  }

  @Override
  public Future<LogStream> logs(String ref, LogRequest request) {
    var log = new FakeLog(request);
    logs.add(log);
    return Future.succeededFuture(log);
  }

  @Override
  public Future<ProcessTable> top(String ref, List<String> psArgs) {
    calls.add("top " + ref + " " + psArgs);
    return Future.succeededFuture(
        new ProcessTable(List.of("PID", "CMD"), List.of(List.of("1", "sleep 1000"))));
  }

  /** Two readings of a container that is not alive, and the end. */
  @Override
  public Future<UsageStream> usages(String ref) {
    Container container = index.get(ref);
    var readings = new FakeUsages();
    readings.queue.offer(new UsageReading(container, null, null));
    readings.queue.offer(new UsageReading(container, null, null));
    readings.queue.end();
    return Future.succeededFuture(readings);
  }

  @Override
  public Future<UsageReading> usage(String ref, boolean compared) {
    return done("usage", ref, compared).map(new UsageReading(index.get(ref), null, null));
  }

  @Override
  public Future<Map<String, DiskUsage>> diskUsage(List<String> ids) {
    var usages = new HashMap<String, DiskUsage>();
    ids.forEach(id -> usages.put(id, new DiskUsage(12, 3456)));
    return Future.succeededFuture(usages);
  }

  @Override
  public Future<Map<String, Long>> prune(List<String> ids) {
    var freed = new HashMap<String, Long>();
    for (String id : ids) {
      index.remove(id);
      freed.put(id, 100L);
    }
    return Future.succeededFuture(freed);
  }

  private Future<Void> done(String call, String ref, Object... arguments) {
    index.get(ref);
    var line = new StringBuilder(call).append(' ').append(ref);
    for (Object argument : arguments) {
      line.append(' ').append(argument);
    }
    calls.add(line.toString());
    return Future.succeededFuture();
  }
}
