package dev.wherry.e2e;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A daemon somebody else runs, for proving the tests themselves right: {@code
 * WHERRY_E2E_PEER=/path/docker.sock,namespace,address,host-address}.
 */
record PeerDaemon(
    Path socket, String namespace, String address, String hostAddress, DockerCli docker)
    implements DaemonUnderTest {

  /** The daemon named in the environment, or null where none is. */
  static @Nullable PeerDaemon ofEnvironment() {
    String named = System.getenv("WHERRY_E2E_PEER");
    if (named == null || named.isEmpty()) {
      return null;
    }
    String[] parts = named.split(",");
    return new PeerDaemon(
        Path.of(parts[0]), parts[1], parts[2], parts[3], new DockerCli("unix://" + parts[0]));
  }

  @Override
  public void close() {
    docker.removeAllContainers();
  }
}
