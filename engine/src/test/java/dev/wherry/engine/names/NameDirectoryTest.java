package dev.wherry.engine.names;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.names.NameDirectory.Place;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NameDirectoryTest {
  private final NameDirectory directory = new NameDirectory();

  private static InetAddress ip(String text) {
    return InetAddress.ofLiteral(text);
  }

  private Membership enter(String sandbox, String network, String name, String... addresses) {
    Place place =
        new Place(
            sandbox, name, java.util.Arrays.stream(addresses).map(InetAddress::ofLiteral).toList());
    Membership membership =
        new Membership(network + "-id", network, place, Set.of(name, "fleet"), Map.of());
    directory.put(membership.networkId(), place, membership.names());
    return membership;
  }

  private Resolver resolver(Membership... memberships) {
    UpstreamSockets none =
        new UpstreamSockets() {
          @Override
          public dev.wherry.engine.linux.Fd udp(Upstream server) {
            throw new AssertionError(server);
          }

          @Override
          public dev.wherry.engine.linux.Fd tcp(Upstream server) {
            throw new AssertionError(server);
          }
        };
    return new Resolver(
        "s", directory, none, new Resolver.State(List.of(memberships), List::of, false));
  }

  @Test
  void names_are_found_on_ones_own_networks_only() {
    Membership one = enter("s1", "sea", "one", "10.0.0.2");
    enter("s2", "lake", "two", "10.0.1.2");
    Resolver resolver = resolver(one);
    assertThat(resolver.addresses("ONE.", false)).contains(List.of(ip("10.0.0.2")));
    assertThat(resolver.addresses("one.sea", false)).contains(List.of(ip("10.0.0.2")));
    assertThat(resolver.addresses("one.lake", false)).isEmpty();
    assertThat(resolver.addresses("two", false)).isEmpty();
    assertThat(resolver.addresses("", false)).isEmpty();
    assertThat(resolver.addresses(".", false)).isEmpty();
  }

  @Test
  void names_and_networks_may_have_dots() {
    Membership one = enter("s1", "my.sea", "web.v1", "10.0.0.2");
    assertThat(resolver(one).addresses("web.v1.my.sea", false)).contains(List.of(ip("10.0.0.2")));
  }

  @Test
  void a_family_that_a_container_lacks_is_an_empty_answer() {
    Membership one = enter("s1", "sea", "one", "10.0.0.2");
    Membership two = enter("s2", "sea", "two", "10.0.0.3", "fd00::3");
    assertThat(resolver(one).addresses("one", true)).contains(List.of());
    assertThat(resolver(two).addresses("two", true)).contains(List.of(ip("fd00::3")));
  }

  @Test
  void all_of_one_alias_are_found_until_they_go() {
    Membership one = enter("s1", "sea", "one", "10.0.0.2");
    enter("s2", "sea", "two", "10.0.0.3");
    Resolver resolver = resolver(one);
    assertThat(resolver.addresses("fleet", false).orElseThrow()).hasSize(2);
    directory.removeNames("sea-id", "s2", Set.of("FLEET", "two"));
    directory.removeAddresses("sea-id", "s2", List.of(ip("10.0.0.3")));
    assertThat(resolver.addresses("fleet", false)).contains(List.of(ip("10.0.0.2")));
    assertThat(resolver.nameOf(ip("10.0.0.2"))).contains("one.sea");
    assertThat(resolver.nameOf(ip("10.0.0.3"))).isEmpty();
  }

  @Test
  void an_address_that_another_has_got_since_stays_the_others() {
    enter("s1", "sea", "one", "10.0.0.2");
    enter("s2", "sea", "two", "10.0.0.2");
    directory.removeAddresses("sea-id", "s1", List.of(ip("10.0.0.2")));
    assertThat(directory.nameOf("sea-id", ip("10.0.0.2"))).contains("two");
  }

  @Test
  void nothing_stays_of_a_network_that_all_have_left() {
    Membership one = enter("s1", "sea", "one", "10.0.0.2");
    directory.removeNames("sea-id", "s1", one.names());
    directory.removeAddresses("sea-id", "s1", one.place().addresses());
    assertThat(directory.size()).isZero();
  }

  @Test
  void reverse_names_stand_for_addresses() {
    assertThat(ReverseName.address("2.0.0.10.IN-ADDR.arpa.")).contains(ip("10.0.0.2"));
    assertThat(ReverseName.address("3." + "0.".repeat(27) + "0.0.d.f.ip6.arpa"))
        .contains(ip("fd00::3"));
    for (String none :
        List.of(
            "0.0.10.in-addr.arpa",
            "256.0.0.10.in-addr.arpa",
            "a.0.0.10.in-addr.arpa",
            "-1.0.0.10.in-addr.arpa",
            "..0.10.in-addr.arpa",
            "in-addr.arpa",
            "example.com")) {
      assertThat(ReverseName.address(none)).as(none).isEmpty();
    }
  }
}
