package dev.wherry.e2e;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A daemon the tests talk to, in a network namespace with an address the host can reach. */
interface DaemonUnderTest extends AutoCloseable {

  /** The API's socket. */
  Path socket();

  /** The docker command line on that socket. */
  DockerCli docker();

  /** The namespace's address, where published ports are reached from outside. */
  String address();

  /** The host's address on the same link, which containers reach through the daemon's NAT. */
  String hostAddress();

  /** The network namespace, a name under /run/netns. */
  String namespace();

  /** Runs a command in the daemon's network namespace, as a neighbour of its. */
  default CliResult nearby(String... line) {
    List<String> whole = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace()));
    whole.addAll(List.of(line));
    return DockerCli.host(whole.toArray(String[]::new));
  }

  @Override
  void close();
}
