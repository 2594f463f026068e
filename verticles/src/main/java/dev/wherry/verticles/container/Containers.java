package dev.wherry.verticles.container;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerFiles;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.ContainerUpdate;
import dev.wherry.engine.lifecycle.ContainerLifecycle.DiskUsage;
import dev.wherry.engine.lifecycle.ContainerLifecycle.ProcessTable;
import dev.wherry.engine.lifecycle.NewContainer;
import dev.wherry.engine.network.Attachment;
import dev.wherry.verticles.stream.StdioChunk;
import dev.wherry.verticles.stream.StdioSession;
import io.vertx.core.Future;
import io.vertx.core.streams.ReadStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of containers. {@code ref} is a name, id or unique id prefix.
 *
 * <p>{@link #index} and {@link #files} answer at once, whatever any container is doing. Everything
 * else goes over the event bus into the container's lane: calls for one container take effect in
 * the order they were made, those for others are not held up. Failed futures carry an {@link
 * dev.wherry.engine.error.EngineException}. Futures complete on the caller's Vert.x context.
 */
public interface Containers {

  ContainerIndex index();

  /** Where this container's files are; answers at once, like {@link #index}. */
  ContainerFiles files(Container container);

  /** Told when a client seems to be about to start something; answers at once. */
  void anticipate();

  Future<Container> create(NewContainer request);

  Future<Void> start(String ref);

  /**
   * Sends the stop signal, awaits the exit, and kills when the time is over.
   *
   * @param signal {@code null} for the container's own
   * @param timeoutSeconds {@code null} for the container's own, negative to wait for ever
   */
  Future<Void> stop(String ref, @Nullable String signal, @Nullable Integer timeoutSeconds);

  Future<Void> restart(String ref, @Nullable String signal, @Nullable Integer timeoutSeconds);

  /** Completes when the signal is sent; for SIGKILL when the container has ended, as in dockerd. */
  Future<Void> kill(String ref, String signal);

  Future<Void> pause(String ref);

  Future<Void> unpause(String ref);

  Future<Void> rename(String ref, String newName);

  /** Takes the link away that gives another container this alias in it. */
  Future<Void> unlink(String ref, String alias);

  /** Joins a container to a network, at once if it runs. */
  Future<Void> connect(String ref, String network, Attachment.Request request);

  /** Takes a container off a network; {@code force}: even if the network is gone. */
  Future<Void> disconnect(String ref, String network, boolean force);

  /** Changes limits and the restart policy. */
  Future<Void> update(String ref, ContainerUpdate change);

  Future<Void> remove(String ref, boolean force, boolean volumes);

  /**
   * Registers a waiter. The outer future completes once the waiter is registered, which is when the
   * response's head may be sent; the inner one when the condition holds.
   */
  Future<Waiter> waitFor(String ref, WaitCondition condition);

  /** The registered waiter; {@link #cancel} when the client has gone. */
  interface Waiter {
    Future<WaitResult> result();

    void cancel();
  }

  /** Completes when the session is live: what the process writes from then on reaches it. */
  Future<StdioSession> attach(String ref, AttachRequest request);

  Future<Void> resize(String ref, int rows, int columns);

  /**
   * The log as a stream; each chunk is a whole entry, time stamp included where asked for. Closing
   * is by {@link LogStream#cancel}.
   */
  Future<LogStream> logs(String ref, LogRequest request);

  /** A log being read; starts paused. */
  interface LogStream extends ReadStream<StdioChunk> {
    void cancel();
  }

  Future<ProcessTable> top(String ref, List<String> psArgs);

  /**
   * What a container uses, a reading a second; one that is not alive shows nothing each time. Ends
   * when the container is removed. A container's work does not hold it up.
   */
  Future<UsageStream> usages(String ref);

  /**
   * What a container uses now.
   *
   * @param compared with a reading a moment before, which is waited for if the container is alive
   */
  Future<UsageReading> usage(String ref, boolean compared);

  /** Readings of what a container uses; starts paused, and a slow reader misses some. */
  interface UsageStream extends ReadStream<UsageReading> {
    void cancel();
  }

  /** For the containers with these ids; one that vanished meanwhile is left out. */
  Future<Map<String, DiskUsage>> diskUsage(List<String> ids);

  /** Removes stopped containers; the filter has been applied by the caller. Freed bytes by id. */
  Future<Map<String, Long>> prune(List<String> ids);
}
