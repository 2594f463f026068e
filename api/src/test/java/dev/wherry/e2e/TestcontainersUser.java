package dev.wherry.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.ToStringConsumer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.MountableFile;

/**
 * A program that uses Testcontainers as its users do; it finds the daemon by the environment, which
 * Testcontainers reads once for each process.
 */
final class TestcontainersUser {
  private TestcontainersUser() {}

  /** Fails with an exception where something is not as a user expects it. */
  public static void main(String[] args) throws Exception {
    try (Network network = Network.newNetwork();
        GenericContainer<?> web = web(network)) {
      web.start();
      String address = "http://" + web.getHost() + ":" + web.getMappedPort(80) + "/copied";
      check("in place\n", get(address));
      check(
          "from a file\n",
          web.copyFileFromContainer("/www/file", s -> new String(s.readAllBytes())));
      check("out", web.execInContainer("sh", "-c", "echo out; echo err >&2").getStdout().strip());
      check("7", "" + web.execInContainer("sh", "-c", "exit 7").getExitCode());
      web.copyFileToContainer(Transferable.of("later\n"), "/www/later");
      check("later\n", get(address.replace("copied", "later")));
      String inner =
          web.getContainerInfo()
              .getNetworkSettings()
              .getNetworks()
              .values()
              .iterator()
              .next()
              .getIpAddress();
      ToStringConsumer log = new ToStringConsumer();
      try (GenericContainer<?> reader =
          new GenericContainer<>("busybox")
              .withNetwork(network)
              .withCommand(
                  "sh", "-c", "wget -q -O - http://" + inner + "/copied; echo done; sleep 600")
              .withLogConsumer(log)
              .waitingFor(Wait.forLogMessage(".*done.*", 1))) {
        reader.start();
        check("in place\ndone\n", reader.getLogs());
      }
      check("in place\ndone\n", log.toUtf8String());
    }
  }

  private static GenericContainer<?> web(Network network) throws IOException {
    java.nio.file.Path file = java.nio.file.Files.createTempFile("wherry-tc", "");
    file.toFile().deleteOnExit();
    java.nio.file.Files.writeString(file, "from a file\n");
    return new GenericContainer<>("busybox")
        .withNetwork(network)
        .withNetworkAliases("web")
        .withExposedPorts(80)
        .withEnv("A", "b")
        .withCopyToContainer(Transferable.of("in place\n"), "/www/copied")
        .withCopyFileToContainer(MountableFile.forHostPath(file), "/www/file")
        .withTmpFs(java.util.Map.of("/scratch", "rw"))
        .withCreateContainerCmdModifier(c -> c.getHostConfig().withMemory(64L << 20))
        .withCommand("httpd", "-f", "-h", "/www")
        .waitingFor(Wait.forHttp("/copied").forStatusCode(200));
  }

  private static String get(String address) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  private static void check(String expected, String actual) {
    if (!expected.equals(actual)) {
      throw new AssertionError("expected '" + expected + "', got '" + actual + "'");
    }
  }
}
