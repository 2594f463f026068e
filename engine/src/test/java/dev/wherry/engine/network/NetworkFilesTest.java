package dev.wherry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkFilesTest {
  private static final String DEFAULTS =
      "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n"
          + "ff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";

  private @TempDir Path temp;

  @Test
  void a_containers_hosts_are_in_dockerds_order() {
    assertThat(HostsFile.text("5a8c3b042885", "", List.of("172.17.0.2"), List.of(), ""))
        .isEqualTo(DEFAULTS + "172.17.0.2\t5a8c3b042885\n");
    assertThat(
            HostsFile.text(
                "web",
                "example.org",
                List.of("172.17.0.2", "fd00::2"),
                List.of("db:10.0.0.5", "six:fd00::9", "up:host-gateway"),
                "172.17.0.1"))
        .isEqualTo(
            DEFAULTS
                + "10.0.0.5\tdb\nfd00::9\tsix\n172.17.0.1\tup\n"
                + "172.17.0.2\tweb.example.org web\nfd00::2\tweb.example.org web\n");
    assertThat(HostsFile.textOnHost("127.0.0.1 here", List.of("a:1.2.3.4"), ""))
        .isEqualTo("127.0.0.1 here\n1.2.3.4\ta\n");
  }

  @Test
  void an_extra_host_that_says_nothing_is_refused() {
    for (String extra : List.of("", "a", ":1.2.3.4", "a:", "a:host-gateway")) {
      assertThatThrownBy(() -> HostsFile.text("h", "", List.of(), List.of(extra), ""))
          .isInstanceOf(EngineException.InvalidParameter.class);
    }
  }

  @Test
  void servers_on_the_loopback_are_left_out() {
    ResolvConf host =
        ResolvConf.parse(
            "# comment\ndomain old\nsearch a.example  b.example\nnameserver 127.0.0.1\n"
                + "nameserver 10.0.0.2\nnameserver ::1\nsortlist x\noptions ndots:2 rotate\n"
                + "nameserver\n");
    assertThat(host.withoutLoopback().text())
        .isEqualTo("search a.example b.example\nnameserver 10.0.0.2\noptions ndots:2 rotate\n");
    assertThat(ResolvConf.parse("nameserver 127.0.0.53").withoutLoopback().text())
        .isEqualTo("nameserver 8.8.8.8\nnameserver 8.8.4.4\n");
  }

  @Test
  void a_users_wishes_stand_in_for_the_hosts() {
    ResolvConf host = ResolvConf.parse("search here\nnameserver 10.0.0.2\noptions rotate\n");
    assertThat(host.with(List.of("1.1.1.1"), List.of("."), List.of()).text())
        .isEqualTo("nameserver 1.1.1.1\noptions rotate\n");
    assertThat(host.with(List.of(), List.of("x", "y"), List.of("ndots:1")).text())
        .isEqualTo("search x y\nnameserver 10.0.0.2\noptions ndots:1\n");
  }

  @Test
  void the_stub_of_systemd_resolved_gives_way_to_its_servers() throws IOException {
    Path stub = Files.writeString(temp.resolve("stub"), "nameserver 127.0.0.53\n");
    Path real = Files.writeString(temp.resolve("real"), "nameserver 192.0.2.1\n");
    assertThat(ResolvConf.ofHost(stub, real).nameservers()).containsExactly("192.0.2.1");
    assertThat(ResolvConf.ofHost(stub, temp.resolve("none")).nameservers())
        .containsExactly("127.0.0.53");
    assertThat(ResolvConf.ofHost(temp.resolve("none"), real).nameservers()).isEmpty();
  }

  @Test
  void files_are_written_in_place() throws IOException {
    NetworkFiles.Location first = new NetworkFiles("r\n", "h\n", "name").writeTo(temp);
    Object inode = Files.getAttribute(first.hosts(), "unix:ino");
    new NetworkFiles("r2\n", "h2\n", "name").writeTo(temp);
    assertThat(first.hosts()).hasContent("h2\n");
    assertThat(Files.getAttribute(first.hosts(), "unix:ino")).isEqualTo(inode);
    assertThat(first.hostname()).hasContent("name\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first.resolvConf())))
        .isEqualTo("rw-r--r--");
  }
}
