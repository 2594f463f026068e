package dev.wherry.engine.names;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxNamespaces;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.LinuxSockets;
import dev.wherry.engine.linux.NftablesException;
import dev.wherry.engine.names.NameDirectory.Place;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.Network;
import dev.wherry.engine.network.NetworkManager;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import dev.wherry.engine.network.ResolvConf;
import dev.wherry.engine.network.Subnet;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@link NameService} with sockets in the namespaces, which a {@link Responder} answers at. */
public final class NetworkNames implements NameService {
  private final NetworkManager networks;
  private final ResolvConf daemon;
  private final Responder responder;
  private final NamespaceSockets sockets;
  private final HostResolvConf host = HostResolvConf.ofHost();
  private final NameDirectory directory = new NameDirectory();
  private final Map<String, Resolver> served = new ConcurrentHashMap<>();

  /**
   * @param networks what is known of networks
   * @param daemon what the daemon's settings say in place of the host's resolv.conf(5)
   */
  public NetworkNames(NetworkManager networks, ResolvConf daemon, Responder responder) {
    this.networks = networks;
    this.daemon = daemon;
    this.responder = responder;
    this.sockets =
        new NamespaceSockets(
            new LinuxNamespaces(new LinuxMounts(), new LinuxPaths()), new LinuxSockets());
  }

  @Override
  public void serve(Container container, Sandbox sandbox) {
    List<Membership> memberships = memberships(container, sandbox);
    Resolver known = served.get(sandbox.id());
    if (known == null && memberships.isEmpty()) {
      return;
    }
    Resolver.State state =
        new Resolver.State(memberships, upstreams(container, sandbox), choosesNdots(container));
    if (known == null) {
      begin(sandbox, state);
    } else {
      Resolver.State before = known.state();
      enter(memberships);
      known.change(state);
      leave(sandbox.id(), before.memberships(), memberships);
    }
  }

  private void begin(Sandbox sandbox, Resolver.State state) {
    Path namespace = Path.of(sandbox.key());
    NamespaceSockets.Pair pair;
    try {
      pair = sockets.open(namespace);
    } catch (LinuxException | NftablesException e) {
      throw new EngineException.Internal("name server: " + e.getMessage(), e);
    }
    Resolver resolver = new Resolver(sandbox.id(), directory, sockets.upstream(namespace), state);
    served.put(sandbox.id(), resolver);
    enter(state.memberships());
    responder.answer(resolver, pair.udp(), pair.tcp());
  }

  @Override
  public void withdraw(String sandboxId) {
    Resolver resolver = served.remove(sandboxId);
    if (resolver != null) {
      responder.stop(sandboxId);
      leave(sandboxId, resolver.state().memberships(), List.of());
    }
  }

  private void enter(List<Membership> memberships) {
    for (Membership membership : memberships) {
      directory.put(membership.networkId(), membership.place(), membership.names());
    }
  }

  /** Takes out what was there before and is not now. */
  private void leave(String sandboxId, List<Membership> before, List<Membership> now) {
    Map<String, Membership> present =
        now.stream().collect(Collectors.toMap(Membership::networkId, membership -> membership));
    for (Membership old : before) {
      Membership still = present.get(old.networkId());
      List<InetAddress> addresses = new ArrayList<>(old.place().addresses());
      Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
      names.addAll(old.names());
      if (still != null) {
        addresses.removeAll(still.place().addresses());
        still.names().forEach(names::remove);
      }
      directory.removeNames(old.networkId(), sandboxId, names);
      directory.removeAddresses(old.networkId(), sandboxId, addresses);
    }
  }

  private List<Membership> memberships(Container container, Sandbox sandbox) {
    List<Membership> memberships = new ArrayList<>();
    for (Attachment attachment : sandbox.attachments().values()) {
      Network network = networkOf(attachment);
      List<InetAddress> addresses = addresses(attachment);
      if (network != null && !network.isPredefined() && !addresses.isEmpty()) {
        memberships.add(membership(container, sandbox, network, attachment, addresses));
      }
    }
    return memberships;
  }

  private static Membership membership(
      Container container,
      Sandbox sandbox,
      Network network,
      Attachment attachment,
      List<InetAddress> addresses) {
    Attachment.Request request = attachment.requested();
    List<String> aliases = request == null ? List.of() : request.aliases();
    return new Membership(
        network.id(),
        network.name(),
        new Place(sandbox.id(), container.name(), addresses),
        Set.copyOf(DnsNames.of(container, aliases)),
        links(request == null ? List.of() : request.links()));
  }

  /** {@code name:alias}, or a name alone, which is its own alias. */
  private static Map<String, String> links(List<String> links) {
    Map<String, String> byAlias = new HashMap<>();
    for (String link : links) {
      int colon = link.indexOf(':');
      if (colon > 0) {
        byAlias.put(link.substring(colon + 1), bare(link.substring(0, colon)));
      }
    }
    return Map.copyOf(byAlias);
  }

  private static String bare(String name) {
    return name.startsWith("/") ? name.substring(1) : name;
  }

  private static List<InetAddress> addresses(Attachment attachment) {
    Attachment.Endpoint endpoint = attachment.endpoint();
    List<InetAddress> addresses = new ArrayList<>();
    if (endpoint != null) {
      for (String text : List.of(endpoint.ipAddress(), endpoint.globalIpv6Address())) {
        if (!text.isEmpty()) {
          addresses.add(Subnet.literal(text));
        }
      }
    }
    return List.copyOf(addresses);
  }

  private @Nullable Network networkOf(Attachment attachment) {
    try {
      return networks.get(attachment.networkId());
    } catch (EngineException.NotFound e) {
      return null; // as adopt, which warns: a running container's network is gone
    }
  }

  private Supplier<List<Upstream>> upstreams(Container container, Sandbox sandbox) {
    boolean leadsOut =
        sandbox.attachments().values().stream()
            .map(this::networkOf)
            .anyMatch(network -> network != null && !network.internal());
    return host.derive(
        conf -> Upstreams.of(conf, daemon, container.hostConfig().network(), leadsOut));
  }

  private boolean choosesNdots(Container container) {
    return host.get()
        .with(List.of(), List.of(), daemon.options())
        .with(List.of(), List.of(), container.hostConfig().network().dnsOptions())
        .choosesNdots();
  }
}
