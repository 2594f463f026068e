package dev.wherry.api.fake;

import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.container.Execs;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Execs of {@link FakeContainers}; one whose command is {@code nosuch} cannot be executed. */
public final class FakeExecs implements Execs {
  public final List<String> calls = new CopyOnWriteArrayList<>();
  public final List<FakeSession> sessions = new CopyOnWriteArrayList<>();

  private final Map<String, Exec> execs = new ConcurrentHashMap<>();
  private final FakeContainers containers;

  public FakeExecs(FakeContainers containers) {
    this.containers = containers;
  }

  @Override
  public Future<Exec> create(String containerRef, ExecSpec spec) {
    try {
      String id = Fixtures.id("e" + execs.size());
      var exec = new Exec(id, containers.index.get(containerRef).id(), spec, false, false, null, 0);
      execs.put(id, exec);
      return Future.succeededFuture(exec);
    } catch (EngineException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public Exec get(String id) {
    Exec exec = execs.get(id);
    if (exec == null) {
      throw new EngineException.NotFound("No such exec instance: " + id);
    }
    return exec;
  }

  @Override
  public Exec startable(String id) {
    return get(id);
  }

  @Override
  public List<String> ofContainer(String containerId) {
    return execs.values().stream()
        .filter(exec -> exec.containerId().equals(containerId))
        .map(Exec::id)
        .sorted()
        .toList();
  }

  @Override
  public Future<StdioSession> start(String id, HostConfig.ConsoleSize size) {
    if (get(id).spec().cmd().getFirst().equals("nosuch")) {
      return Future.failedFuture(
          new EngineException.InvalidParameter("exec: \"nosuch\": not found"));
    }
    var session = new FakeSession();
    sessions.add(session);
    return Future.succeededFuture(session);
  }

  @Override
  public Future<Void> startDetached(String id) {
    calls.add("startDetached " + id);
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> resize(String id, int rows, int columns) {
    get(id);
    calls.add("resize " + id + " " + rows + " " + columns);
    return Future.succeededFuture();
  }
}
