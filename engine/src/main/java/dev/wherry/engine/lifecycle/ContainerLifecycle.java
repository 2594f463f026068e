package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerFiles;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.ContainerUpdate;
import dev.wherry.engine.container.ExitStatus;
import dev.wherry.engine.container.Health;
import dev.wherry.engine.log.LogPolicy;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.usage.UsageSample;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Containers from create to remove. Every method blocks for kernel and disk work of milliseconds,
 * none waits for a container's own process; stopping is therefore {@link #signal}, awaiting the
 * exit, and {@link #exited}, put together by the caller.
 *
 * <p><b>Ordering:</b> calls for one container are made one after the other, by the caller;
 * different containers may be worked on in parallel. <b>Failure:</b> each method either does all it
 * says or undoes what it did and throws. <b>Records:</b> each change is on disk before it is
 * visible in {@link #index}. <b>Events</b> are appended to the journal by these methods, with
 * dockerd's attributes.
 */
public interface ContainerLifecycle {

  ContainerIndex index();

  /** Where this container's files are, from memory alone: may be called from any thread. */
  ContainerFiles files(Container container);

  /**
   * Where a container's log is and what is to become of it, from memory alone: may be called from
   * any thread.
   *
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter if its log options make no
   *     sense; it cannot be started then
   */
  LogPlace log(Container container);

  /**
   * Told when a client seems to be about to start something: what every start waits for is begun.
   * Returns at once; may be called from any thread.
   */
  void anticipate();

  /**
   * Checks the request against images, networks and volumes, reserves the name, makes the writable
   * layer and stores the record.
   */
  Container create(NewContainer request);

  /**
   * First half of a start: file system, network, OCI bundle, conmon and the runtime's {@code
   * create}. The container's process exists and waits; its attach socket can be connected, so that
   * no output is lost.
   *
   * @throws dev.wherry.engine.error.EngineException.NotModified if it runs already
   */
  PreparedStart prepareStart(String id);

  /** Second half: the runtime's {@code start}; the record says running. */
  Container start(PreparedStart prepared);

  /** Undoes {@link #prepareStart} when attaching failed in between. */
  void abortStart(PreparedStart prepared);

  /**
   * Sends a signal by name or number ({@code SIGTERM}, {@code TERM}, {@code 15}) to a live
   * container. A paused one goes on if the signal is meant to end it.
   */
  void signal(String id, String signal);

  /**
   * conmon's sockets of a live container, for attaching late or after a daemon restart.
   *
   * @throws dev.wherry.engine.error.EngineException.Conflict if it is not alive
   */
  AttachPoint attachPoint(String id);

  /** Notes that a user asked for the stop, which {@code unless-stopped} respects. */
  void markManuallyStopped(String id);

  Container pause(String id);

  /**
   * As {@link #pause}, but not for longer than this daemon lives: the next one lets the container
   * go on.
   */
  Container pauseForNow(String id);

  Container unpause(String id);

  /**
   * Records the end of a container's process and takes down network, cgroup and mounts; harmless if
   * it was recorded already.
   */
  Container exited(String id, ExitStatus status);

  /**
   * Shows an exited container as {@code restarting} while its policy's delay runs, or gives one
   * that is shown so another count. A start from there keeps the count; a start from any other
   * state sets it to 0.
   */
  Container restarting(String id, int restartCount);

  /** Gives up a restart: the container is exited again; nothing happens to any other. */
  Container restartCancelled(String id);

  /**
   * Shows what a probe has found out; nothing happens to a container that is not alive. Only a new
   * status is written to disk: the log of the probes does not outlive the daemon by itself, so that
   * probes cost no disk.
   */
  Container probed(String id, Health health);

  /**
   * Appends an event about a container to the journal with dockerd's attributes (image, name and
   * labels), for what happens outside these methods: attach, detach, resize, stop, restart.
   */
  void tell(Container container, String action, Map<String, String> attributes);

  Container rename(String id, String newName);

  /**
   * Takes a link to another container away, at once if the container is alive; the variables that
   * it brought stay until the next start.
   *
   * @param alias what the other is called in it
   * @throws dev.wherry.engine.error.EngineException.NotFound if it has no such link
   */
  Container unlink(String id, String alias);

  /**
   * Joins a container to one more network, at once if it is alive.
   *
   * @param network name, id or unique id prefix
   * @throws dev.wherry.engine.error.EngineException.Forbidden if it is on it already, and alive
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter if the two don't go together
   */
  Container connect(String id, String network, Attachment.Request request);

  /**
   * Takes a container off a network, at once if it is alive.
   *
   * @param force even if the network is gone
   */
  Container disconnect(String id, String network, boolean force);

  /**
   * Changes limits, those of a live container at once, and the restart policy.
   *
   * @throws dev.wherry.engine.error.EngineException.Conflict if they don't go with what the
   *     container has
   * @throws dev.wherry.engine.error.EngineException.Internal if the kernel refuses one
   */
  Container update(String id, ContainerUpdate change);

  /**
   * Removes a container that is not alive, with its anonymous volumes if asked.
   *
   * @throws dev.wherry.engine.error.EngineException.Conflict if it is alive
   */
  void remove(String id, boolean volumes);

  /** Process table of a live container, read from /proc and its cgroup. */
  ProcessTable top(String id, List<String> psArgs);

  /**
   * What a container uses now; empty for one that is not alive. Changes nothing, so it may be asked
   * at any time, whatever else is under way.
   */
  Optional<UsageSample> usage(String id);

  /** Bytes of the writable layer, and of all layers together. */
  DiskUsage diskUsage(String id);

  /**
   * Reconciles records with what is really there after a daemon start: exits that happened
   * meanwhile get their code and time, half-made things are undone, survivors are taken over.
   * Called once, before any other method.
   *
   * @param exits told for each container that exited, now and from now on, from a thread of the
   *     engine's; the callee calls {@link #exited} in its own order
   */
  void recover(BiConsumer<String, ExitStatus> exits);

  /** Stops watching; containers run on. */
  void close();

  /**
   * @param socket conmon's attach socket (AF_UNIX, SOCK_SEQPACKET)
   * @param control conmon's control fifo
   */
  record AttachPoint(Path socket, Path control) {}

  /**
   * A container's log.
   *
   * @param file the one being written, if the policy keeps any
   * @param control control fifo of the conmon that writes it
   */
  record LogPlace(Path file, LogPolicy policy, Path control) {}

  /** Titles and rows of {@code top}. */
  record ProcessTable(List<String> titles, List<List<String>> processes) {}

  /** Bytes. */
  record DiskUsage(long sizeRw, long sizeRootFs) {}
}
