package dev.wherry.engine.registry;

import java.net.URI;

/**
 * One place where a registry may answer.
 *
 * @param base scheme, host and port, and a path for a mirror that has one; without a slash at its
 *     end
 * @param verified whether its certificate must be valid
 * @param mirror whether it stands in for another registry, whose credentials it must not see
 */
record RegistryEndpoint(URI base, boolean verified, boolean mirror) {

  /** The address of something below {@code /v2/}. */
  URI resolve(String path) {
    return URI.create(base + "/v2/" + path);
  }

  /** Whom to believe to be a server that is asked on this registry's behalf. */
  RegistryHttp.Trust trust(URI uri) {
    // Only the registry's own host is excused from a valid certificate.
    return new RegistryHttp.Trust(verified || !owns(uri), base.getRawAuthority());
  }

  /** Whether an address is of the same server, so that it may see what is secret to that one. */
  boolean owns(URI uri) {
    return base.getScheme().equalsIgnoreCase(uri.getScheme())
        && base.getHost().equalsIgnoreCase(uri.getHost())
        && port(base) == port(uri);
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }
}
