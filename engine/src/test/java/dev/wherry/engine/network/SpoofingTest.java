package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.linux.MacAddress;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.linux.PacketSocket;
import dev.wherry.engine.network.NetworkManager.Sandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Containers and neighbours that forge frames, and how far these get. */
@Tag("kernel")
class SpoofingTest extends NetworksFixture {
  private static final int PORT = 5555;
  private static final MacAddress NEIGHBOUR_MAC = MacAddress.parse("02:00:00:00:00:02");

  private Sandbox evil;
  private Sandbox victim;

  @BeforeEach
  void open() {
    create(network("east", "10.1.0.0/24", "fd00:1::/64"));
    create(network("west", "10.2.0.0/24", "fd00:2::/64"));
    evil = open(request("evil", Map.of(), "east"));
    victim = open(request("victim", published("53/udp", "127.0.0.1", "5353"), "west"));
  }

  private static NetworkManager.NetworkSpec network(String name, String ipv4, String ipv6) {
    return Specs.spec(
        name,
        "bridge",
        false,
        List.of(Specs.pool(ipv4, ""), Specs.pool(ipv6, "")),
        Map.of("com.docker.network.bridge.name", name + "0"));
  }

  private MacAddress mac(String hostLink) {
    return hostLink(hostLink).flatMap(Netlink.Link::address).orElseThrow();
  }

  private static MacAddress mac(Sandbox sandbox, String network) {
    return MacAddress.parse(sandbox.attachments().get(network).endpoint().macAddress());
  }

  private void send(Path namespace, byte[] frame) {
    host.namespaces.callInNetwork(
        namespace,
        () -> {
          try (PacketSocket socket = PacketSocket.open("eth0")) {
            socket.send(frame);
          }
          return true;
        });
  }

  private DatagramSocket listen(Path namespace, String address, int port) {
    return host.namespaces.callInNetwork(
        namespace, () -> new DatagramSocket(new InetSocketAddress(Subnet.literal(address), port)));
  }

  /** Who the next packet claims to be from; empty if none comes. */
  private static Optional<String> heard(DatagramSocket socket, int millis) {
    DatagramPacket packet = new DatagramPacket(new byte[10], 10);
    try {
      socket.setSoTimeout(millis);
      socket.receive(packet);
      return Optional.of(Subnet.text(packet.getAddress()));
    } catch (SocketTimeoutException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends frames that are to get nowhere, then one that is to arrive: it is the first heard. */
  private void onlyTheLastArrives(
      DatagramSocket at, List<byte[]> forged, byte[] honest, String by) {
    forged.forEach(frame -> send(ns(evil), frame));
    send(ns(evil), honest);
    assertThat(heard(at, 3000)).contains(by);
    assertThat(heard(at, 50)).isEmpty();
  }

  private byte[] toHost(String source, String destination) {
    return Frames.udp(mac(evil, "east"), mac("east0"), source, destination, PORT);
  }

  @Test
  void a_container_cannot_reach_the_host_under_a_foreign_address() {
    try (DatagramSocket host4 = listen(host.pin, "0.0.0.0", PORT)) {
      String gateway = "10.1.0.1";
      onlyTheLastArrives(
          host4,
          List.of(
              toHost(ip(victim, "west"), gateway),
              toHost(TestHost.NEIGHBOUR_ADDRESS, gateway),
              toHost(TestHost.ADDRESS, gateway),
              toHost("10.2.0.1", gateway),
              toHost(gateway, gateway),
              toHost("8.8.8.8", gateway),
              toHost("127.0.0.1", gateway),
              toHost(ip(evil, "east"), "127.0.0.1")),
          toHost(ip(evil, "east"), gateway),
          ip(evil, "east"));
    }
  }

  @Test
  void nor_under_a_foreign_address_of_ipv6() {
    try (DatagramSocket host6 = listen(host.pin, "::", PORT)) {
      String own = evil.attachments().get("east").endpoint().globalIpv6Address();
      onlyTheLastArrives(
          host6,
          List.of(
              toHost("fd00:2::2", "fd00:1::1"),
              toHost("fd00:2::1", "fd00:1::1"),
              toHost("fd00:1::1", "fd00:1::1"),
              toHost("2001:db8::1", "fd00:1::1"),
              toHost("::1", "fd00:1::1"),
              toHost(own, "::1")),
          toHost(own, "fd00:1::1"),
          own);
    }
  }

  @Test
  void a_container_cannot_reach_others_through_the_host_under_a_foreign_address() {
    try (DatagramSocket outside = listen(host.neighbour, "0.0.0.0", PORT)) {
      onlyTheLastArrives(
          outside,
          List.of(
              toHost(ip(victim, "west"), TestHost.NEIGHBOUR_ADDRESS),
              toHost(TestHost.ADDRESS, TestHost.NEIGHBOUR_ADDRESS),
              toHost("8.8.8.8", TestHost.NEIGHBOUR_ADDRESS)),
          toHost(ip(evil, "east"), TestHost.NEIGHBOUR_ADDRESS),
          TestHost.ADDRESS);
    }
  }

  @Test
  void frames_for_another_networks_container_do_not_arrive() {
    Sandbox friend = open(request("friend", Map.of(), "west"));
    try (DatagramSocket at = listen(ns(victim), "0.0.0.0", PORT)) {
      String target = ip(victim, "west");
      for (MacAddress to : List.of(mac("east0"), mac(victim, "west"), Frames.BROADCAST)) {
        send(ns(evil), Frames.udp(mac(evil, "east"), to, ip(evil, "east"), target, PORT));
        send(ns(evil), Frames.udp(mac(victim, "west"), to, ip(friend, "west"), target, PORT));
      }
      send(
          ns(friend),
          Frames.udp(mac(friend, "west"), mac(victim, "west"), ip(friend, "west"), target, PORT));
      assertThat(heard(at, 3000)).contains(ip(friend, "west"));
      assertThat(heard(at, 50)).isEmpty();
    }
  }

  @Test
  void forged_arp_answers_and_stations_do_not_lead_the_host_astray() {
    host.serve(ns(victim), 80);
    int port = host.serve(host.neighbour, 0);
    assertThat(host.reaches(host.pin, ip(victim, "west"), 80)).isTrue();
    for (String address : List.of(ip(victim, "west"), TestHost.NEIGHBOUR_ADDRESS, "10.2.0.1")) {
      for (MacAddress station : List.of(mac(evil, "east"), mac(victim, "west"), NEIGHBOUR_MAC)) {
        send(ns(evil), Frames.arpReply(station, mac("east0"), address, "10.1.0.1"));
        send(ns(evil), Frames.arpReply(station, Frames.BROADCAST, address, address));
      }
    }
    assertThat(host.reaches(host.pin, ip(victim, "west"), 80)).isTrue();
    assertThat(host.reaches(host.pin, TestHost.NEIGHBOUR_ADDRESS, port)).isTrue();
    assertThat(host.reaches(ns(victim), TestHost.NEIGHBOUR_ADDRESS, port)).isTrue();
  }

  @Test
  void a_port_published_on_loopback_is_not_reached_by_frames_from_outside() {
    MacAddress uplink = mac("uplink");
    try (DatagramSocket at = listen(ns(victim), "0.0.0.0", 53);
        DatagramSocket client = listen(host.pin, "127.0.0.1", 0)) {
      for (String source : List.of(TestHost.NEIGHBOUR_ADDRESS, "127.0.0.1", "127.0.0.2")) {
        for (String target : List.of("127.0.0.1", TestHost.ADDRESS)) {
          send(host.neighbour, Frames.udp(NEIGHBOUR_MAC, uplink, source, target, 5353));
          send(ns(evil), Frames.udp(mac(evil, "east"), mac("east0"), source, target, 5353));
        }
      }
      assertThat(heard(at, 200)).isEmpty();
      client.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress("127.0.0.1", 5353)));
      assertThat(heard(at, 3000)).contains("10.2.0.1");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void raw_packets_do_not_pass_where_containers_are_kept_apart() {
    for (boolean internal : List.of(false, true)) {
      String name = internal ? "inner" : "outer";
      create(
          Specs.spec(
              name,
              "bridge",
              internal,
              List.of(
                  Specs.pool(internal ? "10.5.0.0/24" : "10.4.0.0/24", ""),
                  Specs.pool(internal ? "fd00:5::/64" : "fd00:4::/64", "")),
              Map.of("com.docker.network.bridge.enable_icc", "false")));
      Sandbox one = open(request("one-" + name, Map.of(), name));
      Sandbox two = open(request("two-" + name, Map.of(), name));
      Attachment.Endpoint from = one.attachments().get(name).endpoint();
      Attachment.Endpoint to = two.attachments().get(name).endpoint();
      try (DatagramSocket at = listen(ns(two), "::", PORT)) {
        for (MacAddress station : List.of(mac(two, name), Frames.BROADCAST)) {
          send(
              ns(one), Frames.udp(mac(one, name), station, from.ipAddress(), to.ipAddress(), PORT));
          send(
              ns(one),
              Frames.udp(
                  mac(one, name), station, from.globalIpv6Address(), to.globalIpv6Address(), PORT));
        }
        assertThat(heard(at, 200)).isEmpty();
      }
    }
  }

  @Test
  void containers_of_one_network_may_use_addresses_of_their_own_choice() {
    Sandbox friend = open(request("friend", Map.of(), "east"));
    try (DatagramSocket at = listen(ns(friend), "0.0.0.0", PORT)) {
      byte[] frame =
          Frames.udp(
              mac(evil, "east"), mac(friend, "east"), "169.254.7.5", ip(friend, "east"), PORT);
      send(ns(evil), frame);
      await().atMost(LONG).until(() -> heard(at, 500).equals(Optional.of("169.254.7.5")));
    }
  }
}
