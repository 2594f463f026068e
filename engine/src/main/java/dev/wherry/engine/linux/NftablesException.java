package dev.wherry.engine.linux;

/** A rule set change that nftables refused, with its own words. */
public final class NftablesException extends RuntimeException {
  public NftablesException(String message) {
    super(message);
  }

  /** Whether what was named does not exist. */
  public boolean isNotFound() {
    String message = getMessage();
    return message != null && message.contains("No such file or directory");
  }
}
