package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Debian's docker-registry beside a daemon, in its network namespace, and a way to fill it. */
final class RealRegistry implements AutoCloseable {
  static final String USER = "user";
  static final String PASSWORD = "secret";

  /** {@link #USER} with the hash of {@link #PASSWORD}. */
  private static final String HTPASSWD =
      "user:$2y$04$T1W72G0HExqZYfGJ6upokeDxfzwTeR/G2Y4Mlk42sz7PxkSfTu6ti\n";

  private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
  private static final String LIST = "application/vnd.docker.distribution.manifest.list.v2+json";

  private final String namespace;
  private final Path directory;
  private final Process process;
  private final String base;
  private final int port;
  private final boolean withPassword;
  private final HttpClient http = HttpClient.newHttpClient();

  /** A manifest that is there. */
  record Pushed(String digest, int size) {}

  private RealRegistry(
      String namespace,
      Path directory,
      Process process,
      String base,
      int port,
      boolean withPassword) {
    this.namespace = namespace;
    this.directory = directory;
    this.process = process;
    this.base = base;
    this.port = port;
    this.withPassword = withPassword;
  }

  /**
   * What it proves itself with.
   *
   * @param clients whose certificates it wants to see, empty for nobody's
   */
  record Tls(Path certificate, Path key, String clients) {
    private String text() {
      return "tls: {certificate: %s, key: %s, clientcas: [%s]}"
          .formatted(certificate, key, clients);
    }
  }

  /** Starts one that the daemon reaches on its loopback. */
  static RealRegistry beside(DaemonUnderTest daemon, int port, boolean withPassword) {
    RealRegistry registry = start(daemon, port, withPassword, "");
    await().atMost(Duration.ofSeconds(30)).until(registry::answers);
    return registry;
  }

  /** Starts one that speaks HTTPS, and can be filled by the daemon only. */
  static RealRegistry secure(DaemonUnderTest daemon, int port, boolean withPassword, Tls tls) {
    RealRegistry registry = start(daemon, port, withPassword, tls.text());
    await().atMost(Duration.ofSeconds(30)).until(registry::listens);
    return registry;
  }

  private static RealRegistry start(
      DaemonUnderTest daemon, int port, boolean withPassword, String tls) {
    try {
      Path directory = Files.createTempDirectory("registry-of-tests");
      Path config = directory.resolve("config.yml");
      Files.writeString(directory.resolve("htpasswd"), HTPASSWD);
      String auth = "auth: {htpasswd: {realm: tests, path: %s/htpasswd}}\n".formatted(directory);
      Files.writeString(
          config,
          "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s/data}}\n"
                  .formatted(directory)
              + "http: {addr: ':%d'%s}\n".formatted(port, tls.isEmpty() ? "" : ", " + tls)
              + (withPassword ? auth : ""));
      Process process =
          new ProcessBuilder(
                  "nsenter",
                  "--net=/run/netns/" + daemon.namespace(),
                  "docker-registry",
                  "serve",
                  config.toString())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile())
              .start();
      String base = "http://" + daemon.address() + ":" + port;
      return new RealRegistry(daemon.namespace(), directory, process, base, port, withPassword);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean answers() {
    assertRuns();
    try {
      return send("GET", URI.create(base + "/v2/"), "", new byte[0]).statusCode() == 200;
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  private boolean listens() {
    assertRuns();
    try (Socket socket = new Socket(URI.create(base).getHost(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  private void assertRuns() {
    assertThat(process.isAlive()).as("docker-registry runs").isTrue();
  }

  /** Has it neither answer nor take anything until it goes on. */
  void halt() {
    DockerCli.host("kill", "-STOP", Long.toString(process.pid())).text();
  }

  void goOn() {
    DockerCli.host("kill", "-CONT", Long.toString(process.pid())).text();
  }

  /** How many connections to it there are in its network namespace, seen from its clients. */
  long connections() {
    return DockerCli.host(
            "nsenter",
            "--net=/run/netns/" + namespace,
            "ss",
            "-Htn",
            "state",
            "established",
            "dport = :" + port)
        .text()
        .lines()
        .filter(line -> !line.isBlank())
        .count();
  }

  /** What the daemon calls an image of it. */
  String name(String repository) {
    return "127.0.0.1:" + port + "/" + repository;
  }

  /** Pushes an image with compressed layers. */
  Pushed push(String repository, String tag, ArchiveBuilder image) {
    List<String> layers = new ArrayList<>();
    for (byte[] layer : image.layers()) {
      layers.add(
          blob(repository, "application/vnd.docker.image.rootfs.diff.tar.gzip", gzip(layer)));
    }
    String config =
        blob(repository, "application/vnd.docker.container.image.v1+json", image.config());
    return manifest(
        repository,
        tag,
        MANIFEST,
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
            .formatted(MANIFEST, config, String.join(",", layers)));
  }

  private static byte[] gzip(byte[] layer) {
    try {
      return ArchiveBuilder.gzip(layer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Pushes an index of what is there for each architecture. */
  Pushed pushIndex(String repository, String tag, Pushed amd64, Pushed arm64) {
    String entry =
        "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d,"
            + "\"platform\":{\"os\":\"linux\",\"architecture\":\"%s\"}}";
    return manifest(
        repository,
        tag,
        LIST,
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s,%s]}"
            .formatted(
                LIST,
                entry.formatted(MANIFEST, arm64.digest, arm64.size, "arm64"),
                entry.formatted(MANIFEST, amd64.digest, amd64.size, "amd64")));
  }

  private Pushed manifest(String repository, String tag, String type, String json) {
    byte[] bytes = TestImages.bytes(json);
    URI uri = URI.create(base + "/v2/" + repository + "/manifests/" + tag);
    assertThat(send("PUT", uri, type, bytes).statusCode()).isEqualTo(201);
    return new Pushed("sha256:" + ArchiveBuilder.sha256(bytes), bytes.length);
  }

  private String blob(String repository, String type, byte[] content) {
    String digest = "sha256:" + ArchiveBuilder.sha256(content);
    URI uploads = URI.create(base + "/v2/" + repository + "/blobs/uploads/");
    HttpResponse<String> begun = send("POST", uploads, "", new byte[0]);
    assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
    URI upload = uploads.resolve(begun.headers().firstValue("Location").orElseThrow());
    URI last = URI.create(upload + "&digest=" + digest);
    assertThat(send("PUT", last, "application/octet-stream", content).statusCode()).isEqualTo(201);
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(type, digest, content.length);
  }

  private HttpResponse<String> send(String method, URI uri, String type, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(20))
            .method(method, BodyPublishers.ofByteArray(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    if (withPassword) {
      String basic = USER + ":" + PASSWORD;
      request.header(
          "Authorization", "Basic " + Base64.getEncoder().encodeToString(TestImages.bytes(basic)));
    }
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    http.close();
    process.destroy();
    process.onExit().join();
    Sandbox.deleteTree(directory);
  }
}
