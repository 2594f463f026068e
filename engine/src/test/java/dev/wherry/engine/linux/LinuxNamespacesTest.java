package dev.wherry.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class LinuxNamespacesTest {
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");

  private final Mounts mounts = new LinuxMounts();
  private final Namespaces namespaces = new LinuxNamespaces(mounts, new LinuxPaths());
  private @TempDir Path temp;
  private Path pins;

  @BeforeEach
  void prepare() {
    pins = temp.resolve("pins");
    namespaces.preparePins(pins);
    namespaces.preparePins(pins);
  }

  @AfterEach
  void remove() {
    namespaces.removePins(pins);
    assertThat(mounts.isMountPoint(pins)).isFalse();
  }

  private static String own() throws IOException {
    return Files.readSymbolicLink(OWN).toString();
  }

  private static String output(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  @Test
  void a_namespace_lives_by_its_pin_alone() throws IOException {
    Path pin = pins.resolve("a");
    String host = own();
    String created = namespaces.createNetwork(pin, LinuxNamespacesTest::own);
    assertThat(created).startsWith("net:[").isNotEqualTo(host);
    assertThat(own()).isEqualTo(host);
    assertThat(namespaces.callInNetwork(pin, LinuxNamespacesTest::own)).isEqualTo(created);
    assertThat(new LinuxPaths().statfs(pin).type()).isEqualTo(Paths.FileSystemStat.NSFS_MAGIC);
    namespaces.remove(pin);
    namespaces.remove(pin);
    assertThat(pin).doesNotExist();
    assertThat(mounts.list()).noneMatch(m -> m.mountPoint().equals(pin.toString()));
  }

  @Test
  void a_namespace_whose_making_fails_leaves_nothing() {
    Path pin = pins.resolve("b");
    assertThatThrownBy(
            () ->
                namespaces.createNetwork(
                    pin,
                    () -> {
                      throw new IOException("no");
                    }))
        .hasRootCauseMessage("no");
    assertThat(pin).doesNotExist();
    namespaces.createNetwork(pin, () -> true);
    assertThatThrownBy(() -> namespaces.createNetwork(pin, () -> true))
        .hasMessageContaining("EEXIST");
    assertThat(namespaces.callInNetwork(pin, () -> 7)).isEqualTo(7);
    namespaces.remove(pin);
  }

  @Test
  void an_absent_namespace_is_named() {
    assertThatThrownBy(() -> namespaces.callInNetwork(pins.resolve("none"), () -> true))
        .hasMessageContaining(pins.resolve("none") + ": ENOENT");
  }

  @Test
  void a_namespace_of_a_user_namespace_of_its_own_belongs_to_that_ones_root() throws IOException {
    IdMapping.Range range = new IdMapping.Range(0, 300_000, 10);
    IdMapping ids = new IdMapping(List.of(range), List.of(range));
    Path pin = pins.resolve("c");
    Path user = Namespaces.userPin(pin);

    namespaces.createNetwork(new NamespaceOwner.Fresh(ids), pin, () -> true);

    String map = output("nsenter", "--user=" + user, "cat", "/proc/self/uid_map");
    assertThat(map.split(" +")).containsExactly("0", "300000", "10");
    String owner =
        output(
            "nsenter",
            "--net=" + pin,
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t sysfs none /sys && stat -c %u /sys/class/net/lo/mtu");
    assertThat(owner).isEqualTo("300000");
    Path other = pins.resolve("other");
    namespaces.createNetwork(new NamespaceOwner.Existing(user), other, () -> true);
    assertThat(Namespaces.userPin(other)).doesNotExist();
    namespaces.remove(other);
    namespaces.remove(pin);
    assertThat(user).doesNotExist();
  }

  @Test
  void a_mapping_that_the_kernel_refuses_leaves_nothing() {
    IdMapping.Range none = new IdMapping.Range(0, 300_000, 0);
    IdMapping ids = new IdMapping(List.of(none), List.of(none));
    Path pin = pins.resolve("d");
    assertThatThrownBy(
            () -> namespaces.createNetwork(new NamespaceOwner.Fresh(ids), pin, () -> true))
        .hasMessageContaining("user namespace");
    assertThat(pin).doesNotExist();
    assertThat(Namespaces.userPin(pin)).doesNotExist();
  }
}
