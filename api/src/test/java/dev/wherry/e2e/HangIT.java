package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A runtime that hangs is the trouble of its container alone. */
@Tag("e2e")
@Timeout(180)
class HangIT {
  /** More than there are places for calls into the kernel. */
  private static final int MANY = 40;

  @TempDir private Path dir;

  @Test
  void a_runtime_that_hangs_holds_up_its_own_container_only() throws Exception {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "needs a runtime of its own");
    Path pids = dir.resolve("pids");
    Path runtime = dir.resolve("hanging");
    Files.writeString(
        runtime,
        "#!/bin/sh\ncase \" $* \" in *\" create \"*) ;; *) exit 0 ;; esac\necho $$ >> "
            + pids
            + "\nexec sleep 1000\n");
    assertThat(runtime.toFile().setExecutable(true)).isTrue();
    try (WherryDaemon daemon = WherryDaemon.start("--add-runtime", "hanging=" + runtime)) {
      DockerCli docker = daemon.docker();
      TestImages.importBusybox(docker);
      try (CliSession stuck =
          docker.start(
              "run", "--name", "stuck", "--runtime", "hanging", TestImages.BUSYBOX, "true")) {
        await().until(() -> Files.exists(pids) && !Files.readAllLines(pids).isEmpty());
        assertThat(docker.ok("ps", "-a", "--format", "{{.Names}} {{.State}}"))
            .isEqualTo("stuck created");
        assertThat(docker.ok("inspect", "-f", "{{.State.Status}}", "stuck")).isEqualTo("created");
        assertThat(docker.ok("run", "--rm", TestImages.BUSYBOX, "echo", "others run"))
            .isEqualTo("others run");
        assertThat(stuck.isRunning()).isTrue();
        List<Future<RawHttp.Answer>> starts = startMany(daemon.socket());
        await().until(() -> Files.readAllLines(pids).size() > MANY);
        assertThat(docker.ok("run", "--rm", TestImages.BUSYBOX, "echo", "others run"))
            .isEqualTo("others run");
        end(pids);
        for (Future<RawHttp.Answer> start : starts) {
          assertThat(start.get().status()).isEqualTo(500);
        }
        assertThat(stuck.exit().exitCode()).isEqualTo(125);
        assertThat(stuck.errors()).contains("ended without a report");
      }
      List<String> rm = new ArrayList<>(List.of("rm", "stuck"));
      IntStream.range(0, MANY).forEach(number -> rm.add("stuck" + number));
      docker.ok(rm.toArray(String[]::new));
    }
  }

  private static List<Future<RawHttp.Answer>> startMany(Path socket) {
    List<Future<RawHttp.Answer>> starts = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      String json =
          "{\"Image\":\"%s\",\"Cmd\":[\"true\"],\"HostConfig\":{\"Runtime\":\"hanging\"}}"
              .formatted(TestImages.BUSYBOX);
      String name = "stuck" + i;
      RawHttp.send(socket, "POST", "/containers/create?name=" + name, json);
      FutureTask<RawHttp.Answer> start =
          new FutureTask<>(
              () -> RawHttp.send(socket, "POST", "/containers/" + name + "/start", ""));
      Thread.ofPlatform().daemon().start(start);
      starts.add(start);
    }
    return starts;
  }

  private static void end(Path pids) throws IOException {
    List<String> hanging = Files.readAllLines(pids);
    for (String pid : hanging) {
      ProcessHandle process = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
