package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Registries beyond loopback, whom one believes only for a reason, and a daemon told of them. */
@Tag("e2e")
@Timeout(180)
class SecureRegistryIT {
  /** Addresses for documentation (RFC 5737), on the loopback device of the daemon's namespace. */
  private static final String HOST = "198.51.100.7";

  private static final String TRUSTED_HOST = "198.51.100.8";
  private static final int SECURE = 5010;
  private static final int STRICT = 5011;
  private static final int PLAIN = 5012;
  private static final Path CERTIFICATES = Path.of("/etc/docker/certs.d");

  @TempDir private static Path dir;
  private static WherryDaemon daemon;
  private static DockerCli docker;

  @BeforeAll
  static void start() {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "needs a daemon of its own settings");
    daemon =
        WherryDaemon.start(
            "--insecure-registry=" + TRUSTED_HOST + ":" + SECURE,
            "--insecure-registry=" + TRUSTED_HOST + ":" + PLAIN,
            "--registry-mirror=http://127.0.0.1:" + PLAIN,
            "--http-proxy=http://user:canary@127.0.0.1:3199",
            "--https-proxy=http://127.0.0.1:3198",
            "--no-proxy=198.51.100.0/24");
    docker = daemon.docker();
    for (String address : new String[] {HOST, TRUSTED_HOST}) {
      assertThat(daemon.nearby("ip", "address", "add", address + "/32", "dev", "lo").exitCode())
          .isZero();
    }
    TestImages.importBusybox(docker);
    identity("server", "subjectAltName=IP:" + HOST);
    identity("client", "subjectAltName=DNS:client");
  }

  @AfterAll
  static void stop() {
    if (daemon != null) {
      daemon.close();
    }
  }

  @AfterEach
  void forget() throws IOException {
    docker.removeOtherImages();
    for (int port : new int[] {SECURE, STRICT}) {
      Path place = place(HOST, port);
      if (Files.exists(place)) {
        Sandbox.deleteTree(place);
      }
    }
    if (Files.exists(CERTIFICATES) && CERTIFICATES.toFile().list().length == 0) {
      Files.delete(CERTIFICATES);
    }
  }

  private static Path place(String host, int port) {
    return CERTIFICATES.resolve(host + ":" + port);
  }

  /** Makes a key and a certificate that it has signed itself. */
  private static void identity(String name, String extension) {
    DockerCli.host(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=" + name,
            "-addext",
            extension,
            "-keyout",
            key(name).toString(),
            "-out",
            certificate(name).toString())
        .text();
  }

  private static Path certificate(String name) {
    return dir.resolve(name + ".pem");
  }

  private static Path key(String name) {
    return dir.resolve(name + ".key");
  }

  private static RealRegistry.Tls tls(String clients) {
    return new RealRegistry.Tls(certificate("server"), key("server"), clients);
  }

  private static void place(int port, String file, Path content) throws IOException {
    Files.createDirectories(place(HOST, port));
    Files.copy(content, place(HOST, port).resolve(file));
  }

  private static void assertComesBack(String name) {
    docker.ok("rmi", name);
    docker.ok("pull", name);
    assertThat(docker.ok("run", "--rm", name, "echo", "back")).isEqualTo("back");
  }

  @Test
  void a_secure_registry_is_believed_once_its_authority_is_known_and_wants_a_login()
      throws IOException {
    String server = HOST + ":" + SECURE;
    String name = server + "/team/app:1";
    try (RealRegistry registry = RealRegistry.secure(daemon, SECURE, true, tls(""))) {
      docker.ok("tag", TestImages.BUSYBOX, name);
      for (String what : new String[] {"push", "pull"}) {
        assertThat(docker.refused(what, name))
            .contains(
                "Get \"https://%s/v2/\": x509: certificate signed by unknown authority"
                    .formatted(server));
      }
      place(SECURE, "ca.crt", certificate("server"));
      assertThat(docker.refused("push", name)).contains("no basic auth credentials");
      assertThat(docker.refused("login", "-u", RealRegistry.USER, "-p", "wrong", server))
          .contains(
              "login attempt to https://%s/v2/ failed with status: 401 Unauthorized"
                  .formatted(server));
      docker.ok("login", "-u", RealRegistry.USER, "-p", RealRegistry.PASSWORD, server);
      docker.ok("push", name);
      assertComesBack(name);
      docker.ok("logout", server);
      assertThat(docker.refused("pull", name)).contains("no basic auth credentials");
      assertThat(daemon.log()).doesNotContain(RealRegistry.PASSWORD).doesNotContain("canary");
    }
  }

  @Test
  void a_registry_that_wants_our_certificate_gets_it() throws IOException {
    String name = HOST + ":" + STRICT + "/app:1";
    String clients = certificate("client").toString();
    try (RealRegistry registry = RealRegistry.secure(daemon, STRICT, false, tls(clients))) {
      docker.ok("tag", TestImages.BUSYBOX, name);
      place(STRICT, "ca.crt", certificate("server"));
      assertThat(docker.refused("push", name)).contains("remote error: tls: ");
      place(STRICT, "client.cert", certificate("client"));
      assertThat(docker.refused("push", name))
          .contains("missing key client.key for client certificate client.cert");
      place(STRICT, "client.key", key("client"));
      docker.ok("push", name);
      assertComesBack(name);
    }
  }

  @Test
  void an_insecure_registry_needs_no_authority_and_may_speak_plain_http() {
    String secure = TRUSTED_HOST + ":" + SECURE + "/app:1";
    String plain = TRUSTED_HOST + ":" + PLAIN + "/app:1";
    try (RealRegistry one = RealRegistry.secure(daemon, SECURE, false, tls(""));
        RealRegistry two = RealRegistry.beside(daemon, PLAIN, false)) {
      for (String name : new String[] {secure, plain}) {
        docker.ok("tag", TestImages.BUSYBOX, name);
        docker.ok("push", name);
        assertComesBack(name);
      }
      assertThat(docker.refused("pull", HOST + ":" + PLAIN + "/app:1"))
          .contains("http: server gave HTTP response to HTTPS client");
    }
  }

  @Test
  void docker_hubs_mirror_is_asked_in_its_place() {
    try (RealRegistry registry = RealRegistry.beside(daemon, PLAIN, false)) {
      registry.push(
          "library/mirrored", "1", new ArchiveBuilder().rawLayer(TestImages.busyboxRoot()));
      assertThat(docker.ok("pull", "mirrored:1"))
          .contains(
              "Status: Downloaded newer image for mirrored:1", "docker.io/library/mirrored:1");
      assertThat(docker.ok("run", "--rm", "mirrored:1", "echo", "here")).isEqualTo("here");
    }
  }

  @Test
  void who_is_beyond_the_exceptions_is_asked_by_the_proxy() {
    assertThat(docker.refused("pull", "203.0.113.1/app"))
        .contains(
            "Get \"https://203.0.113.1/v2/\": proxyconnect tcp: dial tcp 127.0.0.1:3198: connect:"
                + " connection refused");
  }

  @Test
  void proxies_and_registries_are_shown_without_passwords() {
    assertThat(docker.ok("info", "--format", "{{.HTTPProxy}} {{.HTTPSProxy}} {{.NoProxy}}"))
        .isEqualTo("http://xxxxx:xxxxx@127.0.0.1:3199 http://127.0.0.1:3198 198.51.100.0/24");
    assertThat(docker.ok("info"))
        .contains(
            "HTTP Proxy: http://xxxxx:xxxxx@127.0.0.1:3199",
            "No Proxy: 198.51.100.0/24",
            TRUSTED_HOST + ":" + PLAIN,
            "http://127.0.0.1:" + PLAIN + "/");
  }

  @Test
  void the_command_line_reads_manifests() {
    try (RealRegistry registry = RealRegistry.beside(daemon, PLAIN, false)) {
      RealRegistry.Pushed pushed =
          registry.push("app", "1", new ArchiveBuilder().rawLayer(TestImages.busyboxRoot()));
      String answer =
          daemon
              .nearby(
                  "env",
                  "DOCKER_HOST=unix://" + daemon.socket(),
                  DockerCli.program(),
                  "manifest",
                  "inspect",
                  "--insecure",
                  "--verbose",
                  registry.name("app:1"))
              .text();
      assertThat(answer).contains(pushed.digest(), "\"architecture\": \"amd64\"");
    }
  }
}
