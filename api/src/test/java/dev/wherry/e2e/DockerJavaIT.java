package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Statistics;
import com.github.dockerjava.api.model.StreamType;
import com.github.dockerjava.api.model.Volume;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.InvocationBuilder;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** docker-java, as its users write it. */
@EndToEnd
class DockerJavaIT {
  private static final Map<String, String> LABELS = Map.of("client", "docker-java");

  private final DaemonUnderTest daemon;
  private DockerClient docker;

  DockerJavaIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
  }

  @BeforeEach
  void connect() {
    var config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost("unix://" + daemon.socket())
            .build();
    docker =
        DockerClientImpl.getInstance(
            config,
            new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build());
  }

  @AfterEach
  void disconnect() throws IOException {
    docker.close();
  }

  /** Collects what is said as text, with the stream's name whenever it is another one. */
  private static final class Text extends ResultCallback.Adapter<Frame> {
    private final StringBuffer text = new StringBuffer();
    private @Nullable StreamType last;

    @Override
    public void onNext(Frame frame) {
      // How much of a stream is in a frame is nobody's business.
      if (frame.getStreamType() != last) {
        last = frame.getStreamType();
        text.append(last).append(' ');
      }
      text.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void the_engine_says_what_it_is() {
    docker.pingCmd().exec();
    assertThat(docker.versionCmd().exec().getApiVersion()).isGreaterThanOrEqualTo("1.41");
    assertThat(docker.infoCmd().exec().getOsType()).isEqualTo("linux");
  }

  @Test
  void a_container_lives() throws Exception {
    String id =
        docker
            .createContainerCmd(TestImages.BUSYBOX)
            .withName("java")
            .withCmd("sh", "-c", "echo up; echo oh >&2; exec sleep 600")
            .withEnv("A=b")
            .withLabels(LABELS)
            .withExposedPorts(ExposedPort.tcp(80))
            .withHealthcheck(new HealthCheck().withTest(List.of("CMD", "true")).withRetries(2))
            .withHostConfig(
                HostConfig.newHostConfig()
                    .withMemory(64L << 20)
                    .withBinds(new Bind("java-data", new Volume("/data")))
                    .withRestartPolicy(RestartPolicy.onFailureRestart(2))
                    .withPortBindings(new Ports(ExposedPort.tcp(80), Ports.Binding.empty())))
            .exec()
            .getId();
    docker.startContainerCmd(id).exec();
    assertThatThrownBy(() -> docker.startContainerCmd(id).exec())
        .isInstanceOf(NotModifiedException.class);
    assertThatThrownBy(() -> docker.createContainerCmd(TestImages.BUSYBOX).withName("java").exec())
        .isInstanceOf(ConflictException.class);
    assertThat(docker.listContainersCmd().withLabelFilter(LABELS).exec())
        .extracting(Container::getId)
        .containsExactly(id);
    var seen = docker.inspectContainerCmd(id).exec();
    assertThat(seen.getState().getRunning()).isTrue();
    assertThat(seen.getNetworkSettings().getPorts().getBindings().get(ExposedPort.tcp(80)))
        .isNotEmpty();

    try (Text log = new Text()) {
      docker.logContainerCmd(id).withStdOut(true).withStdErr(true).withFollowStream(true).exec(log);
      await().until(() -> log.text.toString().contains("STDERR oh\n"));
      assertThat(log.text.toString()).contains("STDOUT up\n");
    }
    try (Text said = new Text()) {
      String exec =
          docker
              .execCreateCmd(id)
              .withAttachStdin(true)
              .withAttachStdout(true)
              .withCmd("sh", "-c", "echo $A; read line; echo $line; exit 4")
              .exec()
              .getId();
      InputStream typed = new ByteArrayInputStream(TestImages.bytes("typed\n"));
      // It never closes its sending side.
      docker.execStartCmd(exec).withStdIn(typed).exec(said).awaitCompletion();
      assertThat(said.text.toString()).isEqualTo("STDOUT b\ntyped\n");
      assertThat(docker.inspectExecCmd(exec).exec().getExitCodeLong()).isEqualTo(4);
    }
    try (var stats = new InvocationBuilder.AsyncResultCallback<Statistics>()) {
      docker.statsCmd(id).withNoStream(true).exec(stats);
      assertThat(stats.awaitResult().getMemoryStats().getLimit()).isEqualTo(64L << 20);
    }
    try (InputStream tar = docker.copyArchiveFromContainerCmd(id, "/etc/passwd").exec()) {
      docker.copyArchiveToContainerCmd(id).withTarInputStream(tar).withRemotePath("/data").exec();
    }
    assertThat(docker.topContainerCmd(id).exec().getProcesses()).isNotEmpty();
    docker.updateContainerCmd(id).withMemory(48L << 20).withMemorySwap(96L << 20).exec();
    docker.pauseContainerCmd(id).exec();
    docker.unpauseContainerCmd(id).exec();
    docker.renameContainerCmd(id).withName("avaj").exec();
    String image = docker.commitCmd(id).withRepository("java-commit").withTag("one").exec();
    assertThat(image).startsWith("sha256:");
    docker.removeImageCmd("java-commit:one").exec();
    var exit = docker.waitContainerCmd(id).start();
    docker.stopContainerCmd(id).withTimeout(0).exec();
    assertThat(exit.awaitStatusCode()).isEqualTo(137);
    docker.removeContainerCmd(id).withRemoveVolumes(true).exec();
    docker.removeVolumeCmd("java-data").exec();
    assertThatThrownBy(() -> docker.inspectContainerCmd(id).exec())
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void networks_volumes_and_events() throws Exception {
    var told = new ConcurrentLinkedQueue<String>();
    try (var events =
        docker
            .eventsCmd()
            .withLabelFilter(LABELS)
            .exec(
                new ResultCallback.Adapter<Event>() {
                  @Override
                  public void onNext(Event event) {
                    told.add(event.getAction());
                  }
                })) {
      events.awaitStarted();
      docker.createVolumeCmd().withName("java-vol").withLabels(LABELS).exec();
      String network =
          docker.createNetworkCmd().withName("java-net").withLabels(LABELS).exec().getId();
      String id =
          docker
              .createContainerCmd(TestImages.BUSYBOX)
              .withCmd("sleep", "600")
              .withLabels(LABELS)
              .withHostConfig(HostConfig.newHostConfig().withNetworkMode("java-net"))
              .withAliases("other")
              .exec()
              .getId();
      docker.startContainerCmd(id).exec();
      assertThat(docker.inspectNetworkCmd().withNetworkId(network).exec().getContainers())
          .containsOnlyKeys(id);
      docker.disconnectFromNetworkCmd().withContainerId(id).withNetworkId(network).exec();
      docker.connectToNetworkCmd().withContainerId(id).withNetworkId(network).exec();
      docker.removeContainerCmd(id).withForce(true).exec();
      docker.removeNetworkCmd(network).exec();
      assertThat(docker.listVolumesCmd().withFilter("label", Set.of("client")).exec().getVolumes())
          .hasSize(1);
      docker.removeVolumeCmd("java-vol").exec();
      await().until(() -> told.contains("destroy"));
      assertThat(told).containsSubsequence("create", "start", "kill", "die", "destroy");
    }
  }
}
