package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;

/**
 * A whole emulated host with a kernel of its own, on which control groups are of version 2 alone,
 * and the daemon on it. What is sent to its ports comes from outside of that host. Processors are
 * emulated, so everything takes about ten times as long as elsewhere.
 */
final class VirtualMachine implements AutoCloseable {
  /** Where {@code vm-image} says that there is no kernel for this machine. */
  private static final int CANNOT = 77;

  private static final int SHELL = 2377;
  private static final int API = 2375;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Usually it takes five seconds. */
  private static final Duration BOOT_PATIENCE = Duration.ofSeconds(45);

  private static final int BOOTS = 3;
  private static final Path IMAGE = Path.of(System.getProperty("basedir", "."), "target", "vm");

  /** As a service manager would start it; the API is handed on from the outer address. */
  private static final String DAEMON =
      """
      group=/sys/fs/cgroup/system.slice/wherry.service
      mkdir -p $group /var/log
      setsid sh -c "echo \\$\\$ >$group/cgroup.procs; cd /opt/wherry; exec /opt/java/bin/java @flags \
      -XX:AOTCache=wherry.aot -cp wherry.jar dev.wherry.api.Main --pidfile /run/wherry.pid \
      -H unix:///run/wherry.sock -H tcp://127.0.0.1:2375" </dev/null >>/var/log/wherry.log 2>&1 &
      """;

  private static final String DOOR =
      """
      echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet
      nft 'add table ip door
        add chain ip door in { type nat hook prerouting priority -100; }
        add rule ip door in iifname eth0 tcp dport 2375 dnat to 127.0.0.1:2375'
      """;

  private final Process process;
  private final int shellPort;
  private final int apiPort;
  private final int publishedPort;
  private final DockerCli docker;
  private String before = "";

  private VirtualMachine(int shellPort, int apiPort, int publishedPort) throws IOException {
    this.shellPort = shellPort;
    this.apiPort = apiPort;
    this.publishedPort = publishedPort;
    this.docker = new DockerCli("tcp://127.0.0.1:" + apiPort);
    this.process = emulator();
  }

  /**
   * Builds the image, boots it, and starts the daemon on it. Where it can't be built because there
   * is no kernel for it, the test that asks is skipped with the reason.
   */
  static VirtualMachine boot() {
    Path script = Path.of(System.getProperty("basedir", "."), "src/test/sh/vm-image");
    CliResult built;
    try (CliSession session =
        new CliSession(
            new ProcessBuilder(
                script.toString(),
                IMAGE.toString(),
                System.getProperty("java.home"),
                WherryDaemon.jar()))) {
      built = session.endInput().exit(Duration.ofMinutes(5));
    }
    if (built.exitCode() == CANNOT) {
      System.err.println(built.stderr());
    }
    Assumptions.assumeFalse(built.exitCode() == CANNOT, built.stderr());
    assertThat(built.exitCode()).as(built.stderr()).isZero();
    return boot(1);
  }

  /** An emulated machine's clock may stop while it boots: then another one is started. */
  private static VirtualMachine boot(int attempt) {
    VirtualMachine machine;
    try {
      List<Integer> ports = freePorts(3);
      machine = new VirtualMachine(ports.get(0), ports.get(1), ports.get(2));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      machine.awaitBoot();
      return machine;
    } catch (RuntimeException | AssertionError e) {
      machine.process.destroyForcibly().onExit().join();
      if (attempt == BOOTS) {
        throw e;
      }
      System.err.println("the emulated machine is started again: " + e.getMessage());
      return boot(attempt + 1);
    }
  }

  private Process emulator() throws IOException {
    String forwards =
        ",hostfwd=tcp:127.0.0.1:%d-:%d".formatted(shellPort, SHELL)
            + ",hostfwd=tcp:127.0.0.1:%d-:%d".formatted(apiPort, API)
            + ",hostfwd=tcp:127.0.0.1:%d-:8080".formatted(publishedPort);
    return new ProcessBuilder(
            "qemu-system-x86_64",
            "-accel",
            "tcg,thread=multi",
            "-cpu",
            "max",
            "-smp",
            "2",
            "-m",
            "1024",
            "-nodefaults",
            "-no-user-config",
            "-no-reboot",
            "-display",
            "none",
            "-kernel",
            "vmlinuz",
            "-initrd",
            "initrd",
            "-append",
            "console=ttyS0 quiet panic=-1 mitigations=off",
            "-serial",
            "file:console",
            "-drive",
            "file=root.ext4,format=raw,if=virtio,snapshot=on",
            "-nic",
            "user,restrict=on,model=virtio-net-pci" + forwards)
        .directory(IMAGE.toFile())
        .redirectErrorStream(true)
        .redirectOutput(IMAGE.resolve("emulator.log").toFile())
        .start();
  }

  private static List<Integer> freePorts(int count) throws IOException {
    if (count == 0) {
      return List.of();
    }
    try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var ports = new java.util.ArrayList<>(freePorts(count - 1));
      ports.add(one.getLocalPort());
      return ports;
    }
  }

  private void awaitBoot() {
    await("boot; console: " + IMAGE.resolve("console"))
        .atMost(BOOT_PATIENCE)
        .failFast(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError(
                    Files.readString(IMAGE.resolve("emulator.log"))
                        + Files.readString(IMAGE.resolve("console")));
              }
            })
        .ignoreExceptions()
        .until(() -> shell("echo here").equals("here"));
    shell(DOOR);
    before = traces();
    startDaemon();
  }

  /** Starts the daemon, which must not be running, and waits for its first answer. */
  void startDaemon() {
    shell(DAEMON);
    AtomicReference<String> last = new AtomicReference<>("");
    await("the daemon's first answer")
        .atMost(PATIENCE)
        .failFast(
            () -> {
              if (shell("pidof java || true").isEmpty()) {
                throw new AssertionError(log());
              }
            })
        .until(
            () -> {
              CliResult answer = docker.run("version");
              last.set(answer.stderr());
              return answer.exitCode() == 0;
            });
  }

  /** Kills the daemon as a crash would, and waits until it is gone. */
  void kill9() {
    shell("kill -9 $(pidof java); while pidof java; do usleep 10000; done");
  }

  /** Ends it as a service manager would, and waits until it is gone. */
  private void terminate() {
    shell("kill $(pidof java); while pidof java >/dev/null; do usleep 10000; done");
  }

  /** Runs a script on that host, which must succeed, and returns what it prints. */
  String shell(String script) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), shellPort)) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.getOutputStream().write(("exec 2>&1\n" + script + "\necho :$?\n").getBytes());
      socket.shutdownOutput();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int end = answer.lastIndexOf(':');
      if (!answer.endsWith(":0\n")) {
        throw new AssertionError(script + "\n" + answer);
      }
      return answer.substring(0, end).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a GET of the API answers. */
  String get(String path) {
    return body("http://127.0.0.1:" + apiPort + path);
  }

  /** What the container answers whose port is published as 8080, asked from outside. */
  String published() {
    return body("http://127.0.0.1:" + publishedPort + "/");
  }

  private static String body(String uri) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).timeout(PATIENCE).build();
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  DockerCli docker() {
    return docker;
  }

  /** The end of what the daemon has logged. */
  String log() {
    return shell("tail -n 40 /var/log/wherry.log");
  }

  /** Everything the daemon could leave behind, but for its bridge and its table of rules. */
  private String traces() {
    return shell(
        """
        find /sys/fs/cgroup -type d | grep -v -e wherry.service -e '/docker$' | sort
        grep -v /var/lib/wherry/overlay2 /proc/mounts
        ls /sys/class/net | grep -v wherry0
        find /run/crun /run/wherry/netns -mindepth 1 2>/dev/null
        pidof conmon crun java
        true""");
  }

  /** Removes all containers, ends the daemon, fails when anything of it stays; powers off. */
  @Override
  public void close() {
    try {
      docker.removeAllContainers();
      terminate();
      await("nothing is left").untilAsserted(() -> assertThat(traces()).isEqualTo(before));
    } finally {
      process.destroyForcibly().onExit().join();
    }
  }
}
