package dev.wherry.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerFixture;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.ExitStatus;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.Resources;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.Bundle;
import dev.wherry.engine.linux.Signals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class ContainerLifecycleTest extends LifecycleFixture {

  private static ContainerState.Exited exited(Container container) {
    return (ContainerState.Exited) container.state();
  }

  private void assertNothingLeft(Container container) throws Exception {
    Bundle bundle = parts.places().bundle(container.id());
    assertThat(bundle.directory()).doesNotExist();
    assertThat(cgroups.at("/wherry-test/" + container.id()).exists()).isFalse();
    assertThat(mounts.list()).noneMatch(mount -> mount.mountPoint().contains(container.id()));
    assertThat(networks.open).isEmpty();
    try (var states = Files.walk(parts.places().runtimes())) {
      assertThat(states.map(Path::toString)).noneMatch(path -> path.contains(container.id()));
    }
  }

  @Test
  void a_container_runs_and_leaves_only_its_record() throws Exception {
    Container created =
        lifecycle.create(
            request(
                f -> {
                  f.name = "one";
                  f.labels.put("l", "v");
                },
                "sh",
                "-c",
                "echo hello; umask; exit 3"));
    assertThat(created.config().env()).containsExactly("PATH=/bin:/usr/bin");
    assertThat(created.config().hostname()).isEqualTo(created.id().substring(0, 12));
    assertThat(lifecycle.index().get("one")).isEqualTo(created);

    Container ended = run(created);
    assertThat(exited(ended).exitCode()).isEqualTo(3);
    assertThat(exited(ended).error()).isEmpty();
    assertThat(exited(ended).finishedAt()).isAfterOrEqualTo(exited(ended).startedAt());
    assertThat(log(ended)).contains("stdout F hello\n", "stdout F 0022\n");
    assertNothingLeft(ended);

    lifecycle.remove(ended.id(), false);
    assertThat(lifecycle.index().list()).isEmpty();
    assertThat(parts.places().container(ended.id())).doesNotExist();
    assertThat(snapshotter.activeKeys()).isEmpty();
    assertThat(events())
        .containsExactly(
            "container create", "container start", "container die", "container destroy");
    assertThat(journal.page(0, 0, 10).getLast().attributes())
        .isEqualTo(Map.of("image", "busybox", "name", "one", "l", "v"));
  }

  @Test
  void the_second_start_finds_what_the_first_wrote() throws Exception {
    Container container = create("sh", "-c", "cat /tmp/f; echo again >> /tmp/f");
    run(container);
    run(container);
    assertThat(log(container)).contains("stdout F again");
  }

  @Test
  void a_missing_program_is_told_and_noted_and_leaves_nothing() throws Exception {
    Container container = create("nosuchbin");
    assertThatThrownBy(() -> lifecycle.prepareStart(container.id()))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageStartingWith("failed to create task for container: ")
        .hasMessageEndingWith("executable file not found in $PATH: unknown");
    ContainerState state = lifecycle.index().get(container.id()).state();
    assertThat(state).isInstanceOf(ContainerState.Created.class);
    assertThat(((ContainerState.Created) state).exitCode()).isEqualTo(127);
    assertNothingLeft(container);
  }

  @Test
  void a_failing_network_undoes_the_mount() throws Exception {
    networks.failing = true;
    Container container = create("true");
    assertThatThrownBy(() -> lifecycle.prepareStart(container.id()))
        .hasMessage("port is already allocated");
    assertNothingLeft(container);
    networks.failing = false;
    assertThat(exited(run(container)).exitCode()).isZero();
  }

  @Test
  void an_unknown_user_is_told_in_dockerds_words() throws Exception {
    Container container = lifecycle.create(request(f -> f.user = "nosuchuser", "true"));
    assertThatThrownBy(() -> lifecycle.prepareStart(container.id()))
        .hasMessage("unable to find user nosuchuser: no matching entries in passwd file");
    assertNothingLeft(container);
  }

  @Test
  void a_start_given_up_leaves_it_created() throws Exception {
    Container container = create("sleep", "1000");
    PreparedStart prepared = lifecycle.prepareStart(container.id());
    assertThat(prepared.attachSocket()).exists();
    lifecycle.abortStart(prepared);
    assertThat(lifecycle.index().get(container.id())).isEqualTo(container);
    assertNothingLeft(container);
  }

  @Test
  void what_runs_cannot_be_started_or_removed() {
    Container running = start(create("sleep", "1000"));
    assertThatThrownBy(() -> lifecycle.prepareStart(running.id()))
        .isInstanceOf(EngineException.NotModified.class);
    assertThatThrownBy(() -> lifecycle.remove(running.id(), false))
        .isInstanceOf(EngineException.Conflict.class)
        .hasMessageStartingWith(
            "cannot remove container \"/" + running.name() + "\": container is running: stop");
  }

  @Test
  void a_paused_container_stands_still_until_it_is_let_go() {
    Container running = start(create("sleep", "1000"));
    Container paused = lifecycle.pause(running.id());
    assertThat(paused.state().status()).isEqualTo("paused");
    assertThat(cgroups.at("/wherry-test/" + running.id()).isFrozen()).isTrue();
    assertThatThrownBy(() -> lifecycle.pause(running.id()))
        .hasMessage("Container " + running.id() + " is already paused");
    assertThat(lifecycle.unpause(running.id()).state()).isEqualTo(running.state());
    assertThat(cgroups.at("/wherry-test/" + running.id()).isFrozen()).isFalse();
  }

  @Test
  void a_paused_container_can_be_killed() {
    Container running = start(create("sleep", "1000"));
    lifecycle.pause(running.id());
    lifecycle.signal(running.id(), "SIGKILL");
    ExitStatus status = awaitExit(running);
    assertThat(status.exitCode()).isEqualTo(137);
    assertThat(exited(lifecycle.exited(running.id(), status)).exitCode()).isEqualTo(137);
  }

  @Test
  void a_signal_reaches_the_process() throws Exception {
    Container running =
        start(
            create(
                "sh",
                "-c",
                "trap 'echo got; exit 4' USR1; echo ready; while :; do sleep 0.1; done"));
    await().until(() -> log(running).contains("ready"));
    lifecycle.signal(running.id(), "usr1");
    assertThat(awaitExit(running).exitCode()).isEqualTo(4);
    assertThat(log(running)).contains("got");
  }

  @Test
  void want_of_memory_is_noted() {
    Resources none = ContainerFixture.resources();
    Container container =
        lifecycle.create(
            request(
                f ->
                    f.resources =
                        new Resources(
                            0,
                            8 << 20,
                            0,
                            "",
                            0,
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            0,
                            0,
                            0,
                            0,
                            "",
                            "",
                            List.of(),
                            List.of(),
                            0,
                            8 << 20,
                            null,
                            none.oomKillDisable(),
                            0,
                            null,
                            List.of(),
                            null),
                "sh",
                "-c",
                "x=a; while :; do x=$x$x; done"));
    Container ended = run(container);
    assertThat(exited(ended).oomKilled()).isTrue();
    assertThat(exited(ended).exitCode()).isEqualTo(137);
    assertThat(events()).containsSequence("container oom", "container die");
  }

  @Test
  void volumes_are_made_filled_shared_and_removed() throws Exception {
    Container first =
        lifecycle.create(
            request(
                f -> {
                  f.volumes = Set.of("/data");
                  f.binds = List.of("named:/named", dir + "/made:/bind:ro");
                },
                "sh",
                "-c",
                "cat /data/file /data/sub/inner; echo x > /named/y; echo z > /bind/y || echo refused"));
    run(first);
    assertThat(log(first)).contains("from the image", "inner", "refused");
    assertThat(dir.resolve("made")).isDirectory();
    assertThat(volumes.list()).hasSize(2);

    Container second =
        lifecycle.create(
            request(
                f -> f.volumesFrom = List.of(first.id() + ":ro"), "cat", "/named/y", "/data/file"));
    run(second);
    assertThat(log(second)).contains("stdout F x", "from the image");

    lifecycle.remove(first.id(), true);
    assertThat(volumes.list()).as("still in use").hasSize(2);
    lifecycle.remove(second.id(), true);
    assertThat(volumes.list()).singleElement().extracting(v -> v.name()).isEqualTo("named");
  }

  @Test
  void a_name_is_taken_once_and_can_be_changed() {
    Container one = lifecycle.create(request(f -> f.name = "one", "true"));
    assertThatThrownBy(() -> lifecycle.create(request(f -> f.name = "/one", "true")))
        .isInstanceOf(EngineException.Conflict.class)
        .hasMessage(
            "Conflict. The container name \"/one\" is already in use by container \""
                + one.id()
                + "\". You have to remove (or rename) that container to be able to reuse that"
                + " name.");
    lifecycle.rename(one.id(), "uno");
    Container two = lifecycle.create(request(f -> f.name = "one", "true"));
    assertThatThrownBy(() -> lifecycle.rename(two.id(), "uno"))
        .hasMessageStartingWith("Error when allocating new name: Conflict.");
    assertThat(lifecycle.create(request(f -> {}, "true")).name()).matches("[a-z]+_[a-z]+");
  }

  @Test
  void namespaces_of_another_container_are_joined() throws Exception {
    Container donor =
        start(
            lifecycle.create(
                request(
                    f -> f.modes = new HostConfig.NamespaceModes("shareable", "", "", "", "host"),
                    "sh",
                    "-c",
                    "echo shared > /dev/shm/f; sleep 1000")));
    await().until(() -> Files.exists(parts.places().sharedMemory(donor.id()).resolve("f")));
    Container guest =
        lifecycle.create(
            request(
                f -> {
                  f.networkMode = "container:" + donor.name();
                  f.modes =
                      new HostConfig.NamespaceModes(
                          "container:" + donor.name(), "container:" + donor.name(), "", "", "host");
                },
                "sh",
                "-c",
                "cat /dev/shm/f; hostname; ps"));
    assertThat(guest.hostConfig().network().mode()).isEqualTo("container:" + donor.id());
    run(guest);
    assertThat(log(guest)).contains("shared", donor.config().hostname(), "sleep 1000");
  }

  @Test
  void an_init_and_a_new_working_directory_are_provided() throws Exception {
    Container container =
        lifecycle.create(
            request(
                f -> {
                  f.init = true;
                  f.workingDir = "/made/new dir";
                },
                "sh",
                "-c",
                "pwd; cat /proc/1/cmdline; echo; stat -c %a ."));
    run(container);
    assertThat(log(container)).contains("/made/new dir", "docker-init", "stdout F 755");
    Container refused = lifecycle.create(request(f -> f.workingDir = "/etc/passwd", "true"));
    assertThatThrownBy(() -> lifecycle.prepareStart(refused.id()))
        .hasMessage("Cannot mkdir: /etc/passwd is not a directory");
  }

  @Test
  void the_process_table_needs_no_ps_inside() {
    Container running = start(create("sh", "-c", "echo up; exec sleep 1000"));
    await().until(() -> lifecycle.top(running.id(), List.of()).toString().contains("sleep 1000"));
    ContainerLifecycle.ProcessTable table = lifecycle.top(running.id(), List.of());
    assertThat(table.titles())
        .containsExactly("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
    assertThat(table.processes())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.getFirst()).isEqualTo("root");
              assertThat(row.getLast()).isEqualTo("sleep 1000");
            });
  }

  @Test
  void a_survivor_is_taken_over_after_a_restart_of_the_engine() throws Exception {
    Container running =
        start(create("sh", "-c", "trap 'exit 9' TERM; echo up; while :; do sleep 0.1; done"));
    await().until(() -> log(running).contains("up"));
    restart();
    Container found = lifecycle.index().get(running.id());
    assertThat(found.state()).isEqualTo(running.state());
    assertThat(networks.adopted).containsExactly(found.networkSandbox().id());
    lifecycle.signal(running.id(), "TERM");
    Container ended = lifecycle.exited(running.id(), awaitExit(running));
    assertThat(exited(ended).exitCode()).isEqualTo(9);
    assertNothingLeft(ended);
  }

  @Test
  void an_exit_while_the_engine_was_away_has_its_code_and_time() throws Exception {
    Container running = start(create("sh", "-c", "sleep 0.3; exit 5"));
    stop();
    exits.clear();
    Path noted = parts.places().exits().resolve(running.id());
    await().until(() -> Files.exists(noted));
    open();
    ExitStatus status = awaitExit(running);
    assertThat(status.exitCode()).isEqualTo(5);
    assertThat(status.finishedAt()).isEqualTo(Files.getLastModifiedTime(noted).toInstant());
    assertNothingLeft(lifecycle.exited(running.id(), status));
  }

  @Test
  void a_process_whose_supervisor_was_killed_is_killed_too() throws Exception {
    Container running = start(create("sleep", "1000"));
    int conmon =
        Integer.parseInt(
            Files.readString(parts.places().bundle(running.id()).directory().resolve("conmon.pid"))
                .strip());
    processes.kill(conmon, Signals.SIGKILL);
    Container ended = lifecycle.exited(running.id(), awaitExit(running));
    assertThat(exited(ended).exitCode()).isEqualTo(137);
    assertThat(exited(ended).error()).contains("supervisor");
    assertNothingLeft(ended);
  }

  @Test
  void a_start_cut_short_is_undone_at_the_next_start_of_the_engine() throws Exception {
    Container container = create("sleep", "1000");
    PreparedStart prepared = lifecycle.prepareStart(container.id());
    restart();
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> processes.stat(prepared.pid()).map(s -> s.isZombie()).orElse(true));
    networks.open.clear(); // collectGarbage is the network's own
    assertNothingLeft(container);
    assertThat(lifecycle.index().get(container.id()).state().canStart()).isTrue();
  }

  @Test
  void a_removal_cut_short_is_finished_at_the_next_start_of_the_engine() {
    Container container = create("true");
    parts
        .store()
        .put(container.id(), container.withState(new ContainerState.Removing(container.state())));
    snapshotter.prepare("ff".repeat(32), container.chainId());
    restart();
    assertThat(lifecycle.index().list()).isEmpty();
    assertThat(snapshotter.activeKeys()).isEmpty();
  }

  @Test
  void a_restart_keeps_its_count_until_a_user_starts_it() {
    Container ended = run(create("false"));
    Container waiting = lifecycle.restarting(ended.id(), 3);
    assertThat(waiting.state().status()).isEqualTo("restarting");
    Container again = run(lifecycle.index().get(ended.id()));
    assertThat(again.restartCount()).isEqualTo(3);
    assertThat(run(again).restartCount()).isZero();
    lifecycle.restarting(ended.id(), 1);
    assertThat(lifecycle.restartCancelled(ended.id()).state().status()).isEqualTo("exited");
  }

  @Test
  void what_was_mounted_for_a_look_at_a_stopped_container_is_unmounted_after_a_crash() {
    Container container = create("true");
    Path root = snapshotter.view(container.id()).root();
    assertThat(mounts.isMountPoint(root)).isTrue();
    restart();
    assertThat(mounts.isMountPoint(root)).isFalse();
  }
}
