package dev.wherry.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Works in a namespace of its own. */
@Tag("kernel")
class LinuxNftablesTest {
  private final Namespaces namespaces = new LinuxNamespaces(new LinuxMounts(), new LinuxPaths());
  private @TempDir Path temp;
  private Nftables nft;

  @BeforeEach
  void open() {
    namespaces.preparePins(temp);
    nft = namespaces.createNetwork(temp.resolve("net"), LinuxNftables::open);
  }

  @AfterEach
  void close() {
    nft.close();
    nft.close();
    namespaces.remove(temp.resolve("net"));
    namespaces.removePins(temp);
  }

  @Test
  void a_script_is_one_transaction() {
    nft.run("table inet t { set s { type inet_service; }; }");
    assertThat(nft.run("add element inet t s { 80 }")).isEmpty();
    assertThatThrownBy(
            () -> nft.run("add element inet t s { 81 }\nadd element inet t absent { 82 }\n"))
        .isInstanceOfSatisfying(NftablesException.class, e -> assertThat(e.isNotFound()).isTrue());
    assertThat(nft.run("list set inet t s")).contains("elements = { 80 }");
    assertThat(nft.runJson("list set inet t s")).contains("\"elem\": [80]");
    assertThatThrownBy(() -> nft.run("nonsense")).hasMessageContaining("syntax error");
    assertThat(nft.run("list tables")).isEqualTo("table inet t\n");
  }

  @Test
  void thousands_of_changes_stay_in_their_namespace() {
    nft.run("table inet t { set s { type inet_service; }; }");
    for (int i = 1; i <= 2100; i++) {
      nft.run("add element inet t s { " + i + " }");
    }
    assertThat(nft.run("list set inet t s")).contains(" 2100 ");
  }
}
