package dev.wherry.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.linux.NetlinkRequest.AddAddress;
import dev.wherry.engine.linux.NetlinkRequest.AddRoute;
import dev.wherry.engine.linux.NetlinkRequest.CreateBridge;
import dev.wherry.engine.linux.NetlinkRequest.CreateVeth;
import dev.wherry.engine.linux.NetlinkRequest.DeleteAddress;
import dev.wherry.engine.linux.NetlinkRequest.DeleteLink;
import dev.wherry.engine.linux.NetlinkRequest.DeleteRoute;
import dev.wherry.engine.linux.NetlinkRequest.Rename;
import dev.wherry.engine.linux.NetlinkRequest.SetBridgePort;
import dev.wherry.engine.linux.NetlinkRequest.SetMaster;
import dev.wherry.engine.linux.NetlinkRequest.SetMtu;
import dev.wherry.engine.linux.NetlinkRequest.SetUp;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Works in two namespaces of its own: "host", where the bridge is, and "container". */
@Tag("kernel")
class LinuxNetlinkTest {
  private static final MacAddress MAC = MacAddress.parse("02:42:ac:1e:00:02");

  private final Paths paths = new LinuxPaths();
  private final Namespaces namespaces = new LinuxNamespaces(new LinuxMounts(), paths);
  private @TempDir Path temp;
  private Path container;
  private Netlink host;
  private Netlink inside;

  @BeforeEach
  void open() {
    namespaces.preparePins(temp);
    container = temp.resolve("container");
    host = namespaces.createNetwork(temp.resolve("host"), LinuxNetlink::open);
    inside = namespaces.createNetwork(container, LinuxNetlink::open);
  }

  @AfterEach
  void close() {
    host.close();
    inside.close();
    namespaces.remove(temp.resolve("host"));
    namespaces.remove(container);
    namespaces.removePins(temp);
  }

  private static InetAddress ip(String literal) throws UnknownHostException {
    return InetAddress.getByName(literal);
  }

  private int bridge(String name, String address) throws UnknownHostException {
    host.execute(new CreateBridge(name, MacAddress.parse("02:42:00:00:00:01"), 1400));
    int index = host.link(name).orElseThrow().index();
    host.execute(List.of(new AddAddress(index, ip(address), 24), new SetUp(name, true)));
    return index;
  }

  @Test
  void a_container_is_joined_to_a_bridge_and_reaches_it() throws Exception {
    int bridge = bridge("br0", "10.9.8.1");
    try (Fd namespace = paths.open(container, OpenFlags.O_RDONLY, 0)) {
      host.execute(
          List.of(
              new CreateVeth("veth1", bridge, namespace, "eth0", MAC, 1400),
              new SetBridgePort("veth1", true, true)));
    }
    int eth0 = inside.link("eth0").orElseThrow().index();
    inside.execute(
        List.of(
            new SetUp("lo", true),
            new AddAddress(eth0, ip("10.9.8.2"), 24),
            new SetUp("eth0", true),
            new AddRoute(ip("0.0.0.0"), 0, Optional.of(ip("10.9.8.1")), eth0)));
    Netlink.Link near = host.link("veth1").orElseThrow();
    assertThat(near.kind()).isEqualTo("veth");
    assertThat(near.master()).isEqualTo(bridge);
    assertThat(near.up()).isTrue();
    assertThat(near.mtu()).isEqualTo(1400);
    assertThat(inside.link("eth0").orElseThrow().address()).contains(MAC);
    assertThat(inside.addresses()).contains(new Netlink.Address(eth0, ip("10.9.8.2"), 24));
    assertThat(inside.routes())
        .contains(
            new Netlink.Route(ip("0.0.0.0"), 0, Optional.of(ip("10.9.8.1")), eth0),
            new Netlink.Route(ip("10.9.8.0"), 24, Optional.empty(), eth0));
    int port = listenOnBridge();
    boolean reached =
        namespaces.callInNetwork(
            container,
            () -> {
              new java.net.Socket(ip("10.9.8.1"), port).close();
              return true;
            });
    assertThat(reached).isTrue();
  }

  private int listenOnBridge() {
    Sockets sockets = new LinuxSockets();
    listener =
        namespaces.callInNetwork(
            temp.resolve("host"),
            () -> sockets.listenTcp(new java.net.InetSocketAddress("10.9.8.1", 0), 8));
    return sockets.localPort(listener);
  }

  private Fd listener = new Fd(-1);

  @AfterEach
  void closeListener() {
    listener.close();
  }

  @Test
  void links_are_changed_and_removed() throws UnknownHostException {
    int bridge = bridge("br0", "10.9.8.1");
    try (Fd namespace = paths.open(container, OpenFlags.O_RDONLY, 0)) {
      host.execute(new CreateVeth("v0", bridge, namespace, "eth0", MAC, 0));
    }
    int index = host.link("v0").orElseThrow().index();
    host.execute(
        List.of(
            new SetUp("v0", false),
            new Rename(index, "v1"),
            new SetMaster("v1", 0),
            new SetMtu("v1", 1300),
            new SetMaster("v1", bridge),
            new SetUp("v1", true)));
    Netlink.Link v1 = host.link("v1").orElseThrow();
    assertThat(v1.index()).isEqualTo(index);
    assertThat(v1.mtu()).isEqualTo(1300);
    assertThat(v1.master()).isEqualTo(bridge);
    assertThat(host.links()).extracting(Netlink.Link::name).contains("lo", "br0", "v1");
    host.execute(List.of(new SetUp("v1", false), new DeleteLink("v1")));
    assertThat(host.link("v1")).isEmpty();
    assertThat(inside.link("eth0")).isEmpty();
    host.execute(new DeleteAddress(bridge, ip("10.9.8.1"), 24));
    assertThat(host.addresses()).noneMatch(address -> address.link() == bridge);
  }

  @Test
  void ipv6_works_too() throws UnknownHostException {
    int bridge = bridge("br0", "10.9.8.1");
    Optional<InetAddress> gateway = Optional.of(ip("fd00:8::2"));
    host.execute(
        List.of(
            new AddAddress(bridge, ip("fd00:8::1"), 64),
            new AddRoute(ip("fd00:9::"), 64, gateway, bridge)));
    assertThat(host.addresses()).contains(new Netlink.Address(bridge, ip("fd00:8::1"), 64));
    assertThat(host.routes()).contains(new Netlink.Route(ip("fd00:9::"), 64, gateway, bridge));
    host.execute(new DeleteRoute(ip("fd00:9::"), 64, gateway, bridge));
    assertThat(host.routes()).noneMatch(route -> route.gateway().equals(gateway));
  }

  @Test
  void the_first_failure_is_told_in_the_kernels_words() throws UnknownHostException {
    bridge("br0", "10.9.8.1");
    assertThatThrownBy(() -> bridge("br0", "10.9.8.1"))
        .hasMessageStartingWith("netlink create bridge br0: EEXIST File exists");
    assertThatThrownBy(() -> host.execute(List.of(new SetMtu("br0", 3), new SetUp("none", true))))
        .hasMessage(
            "netlink set mtu of br0 to 3: EINVAL Invalid argument (mtu less than device minimum)");
    assertThatThrownBy(() -> host.execute(new DeleteLink("none")))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
    assertThat(host.link("br0")).isPresent();
  }

  @Test
  void a_mac_address_is_read_and_written() {
    assertThat(MAC).hasToString("02:42:ac:1e:00:02");
    for (String text : List.of("02-42-ac-1e-00-02", "0242.ac1e.0002")) {
      assertThat(MacAddress.parse(text)).isEqualTo(MAC);
    }
    for (String text : List.of("", "02:42:ac:1e:00", "02:42:ac:1e:00:0g", "02-42:ac-1e-00-02")) {
      assertThatThrownBy(() -> MacAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
