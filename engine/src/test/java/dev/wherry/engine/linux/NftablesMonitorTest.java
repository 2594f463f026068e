package dev.wherry.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Works in a namespace of its own. */
@Tag("kernel")
class NftablesMonitorTest {
  private @TempDir Path temp;

  @Test
  void a_table_that_goes_away_is_told() throws InterruptedException {
    Namespaces namespaces = new LinuxNamespaces(new LinuxMounts(), new LinuxPaths());
    namespaces.preparePins(temp);
    Path pin = temp.resolve("net");
    BlockingQueue<String> gone = new LinkedBlockingQueue<>();
    Nftables nft = namespaces.createNetwork(pin, LinuxNftables::open);
    NftablesMonitor monitor = namespaces.callInNetwork(pin, () -> NftablesMonitor.open(gone::add));
    nft.run("table inet one {}");
    nft.run("table inet two {}");
    nft.run("delete table inet two");
    assertThat(gone.poll(20, TimeUnit.SECONDS)).isEqualTo("two");
    nft.run("flush ruleset");
    assertThat(gone.poll(20, TimeUnit.SECONDS)).isEqualTo("one");
    monitor.close();
    nft.close();
    namespaces.remove(pin);
    namespaces.removePins(temp);
  }
}
