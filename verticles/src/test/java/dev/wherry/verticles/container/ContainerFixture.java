package dev.wherry.verticles.container;

import static org.awaitility.Awaitility.await;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.log.LogReader;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Contexts;
import dev.wherry.verticles.bus.LocalCodec;
import dev.wherry.verticles.bus.ManualTimers;
import dev.wherry.verticles.container.Samples.Options;
import dev.wherry.verticles.stream.FakeConmon;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A deployed container verticle on a fake engine, and a client's place to call from. */
final class ContainerFixture implements AutoCloseable {
  final Vertx vertx = Vertx.vertx();
  final FakeLifecycle engine = new FakeLifecycle();
  final FakeExecs execEngine = new FakeExecs();
  final FakeContents contentEngine = new FakeContents();
  final FakeConmon conmon = new FakeConmon();
  final FakeLogs logs = new FakeLogs();
  final ManualTimers timers = new ManualTimers();
  final List<String> resizes = new CopyOnWriteArrayList<>();
  final Containers containers = new ContainerClient(vertx, engine);
  final Execs execs = new ExecClient(vertx, execEngine);
  final Contents contents = new ContentsClient(vertx);
  final ContextInternal client = Contexts.fresh(vertx);

  ContainerFixture() {
    LocalCodec.register(vertx.eventBus());
  }

  /** A log in memory. */
  static final class FakeLogs implements ContainerLogs {
    final FakeLog log = new FakeLog();

    @Override
    public LogReader open(Container container, LogReader.Selection selection) {
      return log.open();
    }

    @Override
    public AutoCloseable watch(Container container, Runnable changed) {
      return log.watch(changed);
    }
  }

  ContainerFixture deploy() {
    ContainerVerticle.Surroundings surroundings =
        new ContainerVerticle.Surroundings(
            owner -> conmon.hub(vertx, owner, timers::on),
            timers::on,
            logs,
            (control, rows, columns) -> resizes.add(control + " " + rows + "x" + columns),
            contentEngine,
            new Blocking(vertx, "transfer", 2));
    Blocking kernel = new Blocking(vertx, "kernel", 8);
    vertx.deployVerticle(new ContainerVerticle(engine, execEngine, kernel, surroundings)).await();
    return this;
  }

  /** Calls from the client's context. */
  <T> Future<T> ask(Supplier<Future<T>> call) {
    return Contexts.call(client, Contexts.fresh(vertx), call);
  }

  <T> T get(Supplier<Future<T>> call) {
    return ask(call).await();
  }

  Container create(String name, Options options) {
    return get(() -> containers.create(Samples.request(name, options)));
  }

  Container running(String name, Options options) {
    create(name, options);
    get(() -> containers.start(name));
    return state(name);
  }

  Container state(String name) {
    return engine.get(name);
  }

  Future<WaitResult> waitFor(String name, WaitCondition condition) {
    return get(() -> containers.waitFor(name, condition)).result();
  }

  void awaitStatus(String name, String status) {
    await().until(() -> engine.get(name).state().status().equals(status));
  }

  void awaitGone(String name) {
    await().until(() -> engine.byName(name).isEmpty());
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
