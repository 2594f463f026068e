package dev.wherry.engine.registry;

import java.util.List;

/**
 * What the daemon's configuration says of registries.
 *
 * @param insecure hosts ({@code host:port}) and networks (CIDR) that need no valid certificate and
 *     may speak plain HTTP; loopback is always among them
 * @param mirrors addresses asked before Docker Hub, in this order
 * @param downloads most layers fetched at a time
 * @param uploads most layers sent at a time
 * @param attempts how often a download that breaks off is tried
 */
public record RegistrySettings(
    List<String> insecure, List<String> mirrors, int downloads, int uploads, int attempts) {

  /** dockerd's. */
  public static final RegistrySettings DEFAULT =
      new RegistrySettings(List.of(), List.of(), 3, 5, 5);

  /** Keeps its own copies of the lists. */
  public RegistrySettings {
    insecure = List.copyOf(insecure);
    mirrors = List.copyOf(mirrors);
  }
}
