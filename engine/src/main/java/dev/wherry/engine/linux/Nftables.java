package dev.wherry.engine.linux;

/**
 * The nftables rule set of the network namespace in which this was opened, through libnftables in
 * process. Safe for use by several threads, one at a time.
 */
public interface Nftables extends AutoCloseable {
  /**
   * Runs commands in the syntax of nft(8) as one transaction: all of them take effect at once, or
   * none.
   *
   * @return what they print, empty for changes
   * @throws NftablesException with nft's own message
   */
  String run(String script);

  /** As {@link #run}, with what is printed as JSON, libnftables-json(5). */
  String runJson(String script);

  @Override
  void close();
}
