package dev.wherry.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
