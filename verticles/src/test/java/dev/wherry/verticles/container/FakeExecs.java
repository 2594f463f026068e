package dev.wherry.verticles.container;

import dev.wherry.engine.container.Exec;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.ProcessStreams;
import dev.wherry.engine.lifecycle.ExecLifecycle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Execs without a kernel. */
final class FakeExecs implements ExecLifecycle {
  final List<String> calls = new CopyOnWriteArrayList<>();
  final Map<String, Consumer<Integer>> exits = new ConcurrentHashMap<>();
  volatile RuntimeException failure;
  volatile RuntimeException refusal;
  private final Map<String, Exec> execs = new ConcurrentHashMap<>();
  private int made;

  @Override
  public synchronized Exec create(String containerId, ExecSpec spec) {
    if (refusal != null) {
      throw refusal;
    }
    made++;
    Exec exec = new Exec("e" + made, containerId, spec, false, false, null, 0);
    execs.put(exec.id(), exec);
    return exec;
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
        .toList();
  }

  /** Its process ends. */
  void ends(String id, int exitCode) {
    execs.computeIfPresent(
        id,
        (key, old) ->
            new Exec(id, old.containerId(), old.spec(), false, true, exitCode, old.pid()));
    Thread.ofPlatform().start(() -> exits.get(id).accept(exitCode));
  }

  @Override
  public void setConsoleSize(String id, HostConfig.ConsoleSize size) {
    calls.add("size " + id + " " + size.rows() + "x" + size.columns());
  }

  @Override
  public RunningExec start(String id, boolean detached, Consumer<Integer> exited) {
    calls.add("start " + id + (detached ? " detached" : ""));
    exits.put(id, exited);
    return new RunningExec() {
      @Override
      public ProcessStreams streams() {
        return new ProcessStreams.Conmon(Path.of("/exec", id), Path.of("/execctl", id));
      }

      @Override
      public Exec attached() {
        calls.add("attached " + id);
        if (failure != null) {
          throw failure;
        }
        return get(id);
      }

      @Override
      public void abort() {
        calls.add("abort " + id);
      }
    };
  }

  @Override
  public void kill(String id) {
    calls.add("kill " + id);
    ends(id, 137);
  }

  @Override
  public void forgetAll(String containerId) {
    ofContainer(containerId).forEach(execs::remove);
  }

  @Override
  public void containerEnded(String containerId) {
    execs.values().removeIf(exec -> exec.containerId().equals(containerId) && !exec.started());
  }

  @Override
  public void forget(String id) {
    execs.remove(id);
  }
}
