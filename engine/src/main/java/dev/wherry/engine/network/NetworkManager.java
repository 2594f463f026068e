package dev.wherry.engine.network;

import dev.wherry.engine.linux.NamespaceOwner;
import dev.wherry.engine.linux.Namespaces;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All networks and the containers' places on them.
 *
 * <p>Reads answer from memory and may be called from any thread. Changes block, are serialised
 * inside, and undo themselves when a step fails, so that a failed call leaves neither link, rule,
 * address nor port taken. Networks and address reservations survive the daemon; sandboxes are told
 * again with {@link #adopt} after a restart.
 *
 * <p>These methods append the events {@code network create}, {@code connect}, {@code disconnect}
 * and {@code destroy} to the journal, with dockerd's attributes.
 */
public interface NetworkManager {

  List<Network> list();

  /**
   * By full id, name or unique id prefix.
   *
   * @throws dev.wherry.engine.error.EngineException.NotFound {@code network X not found}
   */
  Network get(String ref);

  /** Makes a network of the drivers {@code bridge}, {@code macvlan} or {@code ipvlan}. */
  Network create(NetworkSpec spec);

  /** Removes a network nobody is on; predefined ones are refused. */
  void remove(String ref);

  /**
   * Makes the namespace of a container that is about to start, joins it to its networks and
   * publishes its ports.
   *
   * <p>The network {@code none} gives a namespace with a loopback alone. A container of the network
   * {@code host}, or of another container's namespace, has no sandbox: open is not called.
   *
   * @throws dev.wherry.engine.error.EngineException.Internal with dockerd's text, for example when
   *     a port is already allocated
   * @throws dev.wherry.engine.error.EngineException.NotFound if a network does not exist
   */
  Sandbox open(SandboxRequest request);

  /**
   * Joins a running container to more networks. Where the way out changes, its default routes and
   * published ports follow; a port keeps its number on the host.
   *
   * @param request as for {@link #open}, with the networks to join
   * @return the sandbox as it is then
   */
  Sandbox connect(Sandbox sandbox, SandboxRequest request);

  /**
   * Takes a running container off a network, the counterpart of {@link #connect}.
   *
   * @param request as for {@link #open}, its networks do not matter
   * @param networkName name of one of the sandbox's attachments
   */
  Sandbox disconnect(Sandbox sandbox, SandboxRequest request, String networkName);

  /**
   * Checks what a container asks of a network it is not on yet, without taking anything. Of one
   * that does not exist only what needs no network is checked.
   *
   * @param ref name or id
   * @throws dev.wherry.engine.error.EngineException.InvalidParameter with dockerd's text
   */
  void check(String ref, Attachment.Request request);

  /** Tells that a container uses the host's network, for which nothing is to be made. */
  void tellOnHost(String containerId);

  /** Tells that a container no longer does. */
  void tellOffHost(String containerId);

  /** Tells that a container that does not run is no longer on a network. */
  void tellDisconnected(Network network, String containerId);

  /**
   * Takes the links of a sandbox away at once, whose namespace other containers are still in: after
   * {@link #close}, which follows, its addresses are free for others.
   */
  void unplug(Sandbox sandbox);

  /** Gives back everything {@link #open} took; nothing happens for one already closed. */
  void close(Sandbox sandbox);

  /**
   * Takes note of a sandbox that outlived the daemon: its addresses and ports count as taken again
   * and its rules are put back if they are gone. All survivors in one call, so that the rules
   * change in one transaction.
   */
  void adopt(List<Sandbox> sandboxes);

  /**
   * Removes namespaces that belong to no known sandbox; called once after start, after {@link
   * #adopt}.
   */
  void collectGarbage(Set<String> knownSandboxIds);

  /**
   * What a new network is to be.
   *
   * @param enableIpv4 {@code null} for what the options say, else that it has
   * @param enableIpv6 {@code null} for what the options say, else that it has not
   * @param configOnly whether it is to be but a configuration that others are made from
   * @param configFrom name of such a one, empty for none
   * @param pools empty for one chosen from the default pools
   */
  record NetworkSpec(
      String name,
      String driver,
      @Nullable Boolean enableIpv4,
      @Nullable Boolean enableIpv6,
      boolean internal,
      boolean attachable,
      boolean configOnly,
      String configFrom,
      List<Network.Pool> pools,
      Map<String, String> options,
      Map<String, String> labels) {}

  /**
   * @param networks network name or id to what the container asks of it; a container of none has a
   *     loopback alone
   * @param exposedPorts {@code port/proto}
   * @param portBindings {@code port/proto} to host addresses
   * @param publishAll publish every exposed port on a free one
   * @param owner whose its namespace is to be; without meaning once it is there
   */
  record SandboxRequest(
      String containerId,
      String containerName,
      Map<String, Attachment> networks,
      Set<String> exposedPorts,
      Map<String, List<PortBinding>> portBindings,
      boolean publishAll,
      NamespaceOwner owner) {}

  /**
   * A container's namespace and what it holds.
   *
   * @param id 64 hexadecimal digits
   * @param key path of the pinned network namespace
   * @param attachments by network name, each with its endpoint
   * @param ports {@code port/proto} to the host addresses really in use
   */
  record Sandbox(
      String id,
      String key,
      String containerId,
      Map<String, Attachment> attachments,
      Map<String, List<PortBinding>> ports) {

    /** Path of the user namespace that was made for it, if one was. */
    public Path userNamespace() {
      return Namespaces.userPin(Path.of(key));
    }
  }
}
