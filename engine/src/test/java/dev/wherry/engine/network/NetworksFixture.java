package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxNamespaces;
import dev.wherry.engine.linux.LinuxNetlink;
import dev.wherry.engine.linux.LinuxNftables;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.NamespaceOwner;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.network.NetworkManager.NetworkSpec;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import dev.wherry.engine.network.NetworkManager.SandboxRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The networks of a host of a test's own, with a neighbour. */
abstract class NetworksFixture {
  static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path temp;
  final RecordingJournal journal = new RecordingJournal();
  TestHost host;
  LocalNetworks networks;

  @BeforeEach
  void start() throws IOException {
    host = new TestHost(Files.createDirectory(temp.resolve("hosts")));
    networks = startNetworks();
    host.call(
        () -> {
          networks.adopt(List.of());
          return true;
        });
  }

  @AfterEach
  void stop() throws IOException {
    if (networks != null) {
      networks.close();
    }
    new LinuxNamespaces(new LinuxMounts(), new LinuxPaths()).removePins(temp.resolve("pins"));
    host.close();
  }

  LocalNetworks startNetworks() {
    return startNetworks(new HostBridge.Managed("wherry0", Optional.empty()));
  }

  LocalNetworks startNetworks(HostBridge bridge) {
    return startNetworks(bridge, NetworkDefaults.STANDARD);
  }

  LocalNetworks startNetworks(NetworkDefaults defaults) {
    return startNetworks(new HostBridge.Managed("wherry0", Optional.empty()), defaults);
  }

  private LocalNetworks startNetworks(HostBridge bridge, NetworkDefaults defaults) {
    LocalNetworks.Settings settings =
        new LocalNetworks.Settings(
            bridge,
            defaults,
            temp.resolve("records"),
            temp.resolve("pins"),
            "wherry",
            NamespaceOwner.HOST,
            2,
            PortRelays.NONE);
    return host.call(() -> LocalNetworks.start(settings, journal, Clock.systemUTC()));
  }

  static Attachment on(Network network) {
    return new Attachment(network.id(), null, null);
  }

  SandboxRequest request(
      String name, Map<String, List<PortBinding>> ports, String... networkNames) {
    Map<String, Attachment> attachments = new LinkedHashMap<>();
    for (String network : networkNames) {
      attachments.put(network, on(networks.get(network)));
    }
    return new SandboxRequest(
        "id-of-" + name, name, attachments, ports.keySet(), ports, false, NamespaceOwner.HOST);
  }

  Sandbox open(SandboxRequest request) {
    return host.call(() -> networks.open(request));
  }

  void close(Sandbox sandbox) {
    host.call(
        () -> {
          networks.close(sandbox);
          return true;
        });
  }

  Network createNetwork(String name, boolean internal, Map<String, String> options) {
    return create(Specs.spec(name, "bridge", internal, List.of(), options));
  }

  Network create(NetworkSpec spec) {
    return host.call(() -> networks.create(spec));
  }

  static Path ns(Sandbox sandbox) {
    return Path.of(sandbox.key());
  }

  static String ip(Sandbox sandbox, String network) {
    Attachment.Endpoint endpoint = sandbox.attachments().get(network).endpoint();
    assertThat(endpoint).isNotNull();
    return endpoint.ipAddress();
  }

  static Map<String, List<PortBinding>> published(String port, String ip, String hostPort) {
    return Map.of(port, List.of(new PortBinding(ip, hostPort)));
  }

  Optional<Netlink.Link> hostLink(String name) {
    return host.call(
        () -> {
          try (Netlink netlink = LinuxNetlink.open()) {
            return netlink.link(name);
          }
        });
  }

  String nft(String script) {
    return host.call(
        () -> {
          try (LinuxNftables nftables = LinuxNftables.open()) {
            return nftables.run(script);
          }
        });
  }
}
