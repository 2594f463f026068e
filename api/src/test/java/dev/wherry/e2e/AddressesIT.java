package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Addresses of networks, of which none is ever given to two containers. */
@Tag("e2e")
@Timeout(180)
class AddressesIT {
  private static final int ROUNDS = Integer.getInteger("wherry.rounds", 3);
  private static final List<String> RESIDENTS = List.of("ann", "bob", "cid", "dan");

  private WherryDaemon daemon;
  private DockerCli docker;

  @BeforeEach
  void start() {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "needs a daemon that may be killed");
    daemon = WherryDaemon.start();
    docker = daemon.docker();
    TestImages.importBusybox(docker);
  }

  @AfterEach
  void close() {
    if (daemon != null) {
      daemon.close();
    }
  }

  @Test
  void a_daemon_killed_in_the_middle_of_starts_and_connects_gives_no_address_twice() {
    docker.ok("network", "create", "--subnet", "10.99.4.0/24", "bay");
    docker.ok(
        "network",
        "create",
        "-d",
        "macvlan",
        "-o",
        "parent=eth0",
        "--subnet",
        "10.99.5.0/24",
        "lan");
    for (String resident : RESIDENTS) {
      docker.ok("run", "-d", "--name", resident, TestImages.BUSYBOX, "sleep", "600");
    }
    for (int round = 0; round < ROUNDS; round++) {
      interrupted(round);
      eachAddressIsNotedAndGivenOnce();
      docker.ok("run", "-d", "--network", "bay", TestImages.BUSYBOX, "sleep", "600");
      docker.ok("run", "-d", "--network", "lan", TestImages.BUSYBOX, "sleep", "600");
      eachAddressIsNotedAndGivenOnce();
      for (String resident : RESIDENTS) {
        docker.run("network", "disconnect", "bay", resident);
        docker.run("network", "disconnect", "lan", resident);
      }
    }
    docker.removeAllContainers();
    docker.ok("network", "rm", "bay", "lan");
  }

  /** Starts a lot at once and kills the daemon when some of it is done. */
  private void interrupted(int round) {
    int before = running().size();
    List<CliSession> commands = new ArrayList<>();
    try {
      for (String resident : RESIDENTS) {
        commands.add(docker.start("network", "connect", "bay", resident));
        commands.add(docker.start("network", "connect", "lan", resident));
        for (String network : List.of("bay", "lan")) {
          commands.add(
              docker.start("run", "-d", "--network", network, TestImages.BUSYBOX, "sleep", "600"));
        }
      }
      await()
          .pollInterval(Duration.ofMillis(10))
          .until(() -> running().size() >= before + 1 + round % 4);
      daemon.kill9();
    } finally {
      commands.forEach(CliSession::close);
    }
    daemon.startAgain();
  }

  private List<String> running() {
    return docker.ok("ps", "-q").lines().toList();
  }

  private void eachAddressIsNotedAndGivenOnce() {
    List<String> all = new ArrayList<>();
    for (String id : running()) {
      String noted =
          docker.ok(
              "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", id);
      String links = docker.ok("exec", id, "ip", "-o", "-4", "address", "show", "scope", "global");
      List<String> addresses =
          links
              .lines()
              .map(line -> line.replaceAll(".* inet ([0-9.]+)/.*", "$1"))
              .sorted()
              .toList();
      assertThat(noted.strip().split(" +")).containsExactlyInAnyOrderElementsOf(addresses);
      all.addAll(addresses);
    }
    assertThat(all).doesNotHaveDuplicates().isNotEmpty();
  }
}
