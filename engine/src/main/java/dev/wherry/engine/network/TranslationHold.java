package dev.wherry.engine.network;

import dev.wherry.engine.linux.LinuxNftables;
import dev.wherry.engine.linux.Nftables;
import dev.wherry.engine.linux.NftablesException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the kernel translating established connections while our rules are gone. What is translated
 * how is in the kernel's table of connections, but it only looks there as long as there is a chain
 * of type {@code nat}, and keeps it only as long as there is a rule that looks at connections:
 * without these the host itself gets the packets and resets the connections.
 *
 * <p>This is such a chain, with a rule that does nothing, in a table that belongs to this process
 * ({@code flags owner}, nft(8), Linux 5.12): {@code nft flush ruleset} leaves it alone, and it goes
 * with the process.
 */
final class TranslationHold implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TranslationHold.class);

  private final Nftables owner;

  private TranslationHold(Nftables owner) {
    this.owner = owner;
  }

  /**
   * Takes hold in the calling thread's network namespace.
   *
   * @param table the name of the table of rules, from which this one's is made
   * @return empty if the kernel knows no owners
   */
  static Optional<TranslationHold> open(String table) {
    Nftables nftables = LinuxNftables.open();
    try {
      nftables.run(
          """
          table inet hold_%s {
            flags owner
            chain translations {
              type nat hook prerouting priority dstnat; policy accept;
              ct state established accept
            }
          }
          """
              .formatted(table));
      return Optional.of(new TranslationHold(nftables));
    } catch (NftablesException e) {
      nftables.close();
      LOG.warn(
          "a flush of the rule set will reset connections to published ports: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** Lets go: the table is gone. */
  @Override
  public void close() {
    owner.close();
  }
}
