package dev.wherry.engine.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.cdi.CdiDevices;
import dev.wherry.engine.cgroup.Cgroups;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerFixture;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.LaunchPlan.Namespace;
import dev.wherry.engine.launch.Supervisor.ExecOrder;
import dev.wherry.engine.launch.Supervisor.Order;
import dev.wherry.engine.launch.Supervisor.StartFailure;
import dev.wherry.engine.launch.Supervisor.Supervised;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.LinuxProcesses;
import dev.wherry.engine.linux.Signals;
import dev.wherry.engine.testing.BusyboxRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
class ConmonSupervisorTest {
  @TempDir Path dir;

  private final LinuxProcesses processes = new LinuxProcesses();
  private final LinuxPaths paths = new LinuxPaths();
  private final Cgroups cgroups = new Cgroups(Path.of("/sys/fs/cgroup"));
  private final HostFacts facts = HostFacts.detect(new dev.wherry.engine.linux.LinuxProcesses());
  private final ContainerFixture fixture = new ContainerFixture();
  private FdWatcher watcher;
  private ConmonSupervisor supervisor;
  private OciSpecBuilder specs;
  private Order order;
  private Path rootfs;

  @BeforeEach
  void start() throws Exception {
    rootfs = BusyboxRoot.make(dir.resolve("rootfs"));
    Programs programs = new Programs(System.getenv("PATH"));
    OciRuntime runtime = programs.runtimes(List.of(), "", !cgroups.isSplit()).byDefault();
    watcher = new FdWatcher(processes);
    Files.createDirectories(dir.resolve("exits"));
    supervisor = supervisor(programs.conmon(), Patience.DEFAULT);
    specs =
        new OciSpecBuilder(
            facts,
            new LinuxHostDevices(paths),
            new LinuxHostMounts(paths),
            SeccompProfile.parse("{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"),
            new CdiDevices(List.of()));
    fixture.id = (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", "");
    order =
        new Order(
            fixture.id,
            "t",
            runtime,
            Bundle.of(dir.resolve("c"), fixture.id),
            "sh",
            List.of("k8s-file:" + dir.resolve("log")),
            "/wherry-test/" + fixture.id,
            false,
            true,
            false);
    Files.createDirectories(order.bundle().directory());
  }

  private ConmonSupervisor supervisor(Path conmon, Patience patience) {
    return new ConmonSupervisor(
        conmon,
        dir.resolve("exits"),
        dir.resolve("runtime"),
        processes,
        paths,
        cgroups,
        watcher,
        patience);
  }

  @AfterEach
  void stop() {
    supervisor.destroy(order);
    cgroups.at("/wherry-test").remove();
    watcher.close();
  }

  private Supervised create(String... command) throws Exception {
    fixture.path = command[0];
    fixture.args = List.of(command).subList(1, command.length);
    ObjectNode spec =
        specs.container(
            new LaunchPlan(
                fixture.build(),
                fixture.hostname,
                rootfs,
                Accounts.EMPTY,
                new LaunchPlan.Namespaces(
                    Namespace.HOST,
                    Namespace.OWN,
                    Namespace.OWN,
                    Namespace.OWN,
                    Namespace.OWN,
                    Namespace.HOST),
                IdMapping.IDENTITY,
                List.of(),
                new LaunchPlan.Shm.Private(),
                null,
                order.cgroup(),
                List.of(),
                List.of()));
    Files.writeString(order.bundle().config(), spec.toString());
    return supervisor.create(order);
  }

  private static CompletableFuture<Void> gone(Supervised supervised) {
    CompletableFuture<Void> gone = new CompletableFuture<>();
    supervised.onGone(() -> gone.complete(null));
    return gone;
  }

  private ExitFiles.Exit exit() {
    return new ExitFiles(dir.resolve("exits")).read(fixture.id).orElseThrow();
  }

  @Test
  void output_and_exit_code_of_a_process_are_kept() throws Exception {
    Supervised supervised = create("sh", "-c", "echo out; echo err >&2; umask; exit 7");
    assertThat(supervised.pid()).isPositive();
    assertThat(supervised.startTime()).isPositive();
    assertThat(supervisor.waitsForStart(order)).isTrue();
    CompletableFuture<Void> gone = gone(supervised);
    supervisor.start(order);
    await().until(gone::isDone);
    assertThat(exit().code()).isEqualTo(7);
    assertThat(Files.readString(dir.resolve("log")))
        .contains(" stdout F out\n", " stderr F err\n", " stdout F 0022\n");
    supervisor.delete(order);
    assertThat(cgroups.at(order.cgroup()).exists()).isFalse();
  }

  @Test
  void nothing_of_the_daemons_leaks_into_a_container() throws Exception {
    CompletableFuture<Void> gone;
    try (Fd held = paths.open(Path.of("/etc/passwd"), 0, 0)) {
      assertThat(held.isOpen()).isTrue();
      Supervised supervised = create("sh", "-c", "sleep 5 & ls -l /proc/$!/fd; kill $!; env");
      gone = gone(supervised);
      supervisor.start(order);
      await().until(gone::isDone);
    }
    String log = Files.readString(dir.resolve("log"));
    assertThat(log.lines().filter(line -> line.contains(" -> "))).hasSize(3);
    assertThat(log).doesNotContain("OCI", "TZ=");
  }

  @Test
  void a_missing_program_is_told_at_create_and_leaves_nothing() throws Exception {
    assertThatThrownBy(() -> create("nosuchbin"))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("executable file not found in $PATH: unknown");
    assertThat(cgroups.at(order.cgroup()).exists()).isFalse();
    assertThat(dir.resolve("runtime/" + order.runtime().name())).isEmptyDirectory();
  }

  @Test
  void destroying_a_container_that_was_never_started_leaves_nothing() throws Exception {
    Supervised supervised = create("sleep", "1000");
    int pid = supervised.pid();
    supervised.close();
    supervisor.destroy(order);
    await().until(() -> processes.stat(pid).map(s -> s.isZombie()).orElse(true));
    assertThat(cgroups.at(order.cgroup()).exists()).isFalse();
  }

  @Test
  void a_survivor_is_adopted_and_its_end_is_seen() throws Exception {
    Supervised supervised = create("sh", "-c", "sleep 1000");
    supervisor.start(order);
    supervised.close();
    Supervised adopted =
        supervisor.adopt(order, supervised.pid(), supervised.startTime()).orElseThrow();
    CompletableFuture<Void> gone = gone(adopted);
    processes.kill(adopted.pid(), Signals.SIGKILL);
    await().until(gone::isDone);
    assertThat(exit().code()).isEqualTo(137);
    assertThat(supervisor.adopt(order, adopted.pid(), adopted.startTime())).isEmpty();
  }

  @Test
  void a_killed_supervisor_is_noticed() throws Exception {
    Supervised supervised = create("sleep", "1000");
    CompletableFuture<Void> gone = gone(supervised);
    supervisor.start(order);
    String conmon = Files.readString(order.bundle().conmonPidFile()).strip();
    processes.kill(Integer.parseInt(conmon), Signals.SIGKILL);
    await().until(gone::isDone);
    assertThat(new ExitFiles(dir.resolve("exits")).read(fixture.id)).isEmpty();
  }

  private ExecOrder exec(boolean terminal, String... command) {
    Container container = fixture.build();
    ExecSpec spec =
        new ExecSpec(
            List.of(command),
            List.of("E=1"),
            "",
            "",
            false,
            terminal,
            true,
            true,
            true,
            null,
            null);
    return new ExecOrder(
        "e" + fixture.id.substring(1),
        fixture.id,
        order.runtime(),
        Bundle.of(dir.resolve("x"), "e" + fixture.id.substring(1)),
        specs.exec(container, "h1", spec, Accounts.EMPTY).toString(),
        command[0],
        terminal,
        true,
        false,
        Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void an_exec_tells_its_output_and_its_exit_code(boolean terminal) throws Exception {
    create("sleep", "1000");
    supervisor.start(order);
    Files.createDirectories(dir.resolve("x"));
    ExecOrder exec = exec(terminal, "sh", "-c", "echo hello $E; exit 5");
    Supervisor.PreparedExec prepared = supervisor.exec(exec);
    CompletableFuture<Integer> code = new CompletableFuture<>();
    String output =
        ExecOutput.of(
            prepared.streams(), () -> assertThat(prepared.proceed(code::complete)).isPositive());
    assertThat(output.strip()).isEqualTo("hello 1");
    await().until(code::isDone);
    assertThat(code.get()).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void an_exec_of_a_missing_program_is_told(boolean terminal) throws Exception {
    create("sleep", "1000");
    supervisor.start(order);
    Files.createDirectories(dir.resolve("x"));
    assertThatThrownBy(() -> supervisor.exec(exec(terminal, "nosuchbin")).proceed(code -> {}))
        .isInstanceOf(StartFailure.class)
        .hasMessage(
            "OCI runtime exec failed: exec failed: unable to start container process: exec:"
                + " \"nosuchbin\": executable file not found in $PATH: unknown");
  }

  @Test
  void an_exec_with_a_conmon_that_is_given_up_never_runs() throws Exception {
    create("sleep", "1000");
    supervisor.start(order);
    Files.createDirectories(dir.resolve("x"));
    ExecOrder exec = exec(true, "touch", "/ran");
    supervisor.exec(exec).abort();
    String conmon = Files.readString(exec.bundle().conmonPidFile()).strip();
    await()
        .until(() -> processes.stat(Integer.parseInt(conmon)).map(s -> s.isZombie()).orElse(true));
    assertThat(rootfs.resolve("ran")).doesNotExist();
  }

  private static final Patience SHORT =
      new Patience(
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1));

  /** A program that does as it is told, and says who it is. */
  private Path program(String name, String script) throws Exception {
    Path program = dir.resolve(name);
    Files.writeString(program, "#!/bin/sh\necho $$ >> " + dir.resolve("pids") + "\n" + script);
    program.toFile().setExecutable(true);
    return program;
  }

  private void awaitAllGone() throws Exception {
    for (String pid : Files.readAllLines(dir.resolve("pids"))) {
      await()
          .until(() -> processes.stat(Integer.parseInt(pid)).map(s -> s.isZombie()).orElse(true));
    }
  }

  @Test
  void a_conmon_that_never_forks_is_killed_and_told() throws Exception {
    supervisor = supervisor(program("conmon", "sleep 1000"), SHORT);
    assertThatThrownBy(() -> create("true"))
        .isInstanceOf(EngineException.Internal.class)
        .hasMessageEndingWith("conmon did not end within 1 s and was killed");
    awaitAllGone();
    Files.createDirectories(dir.resolve("x"));
    assertThatThrownBy(() -> supervisor.exec(exec(true, "true")))
        .isInstanceOf(EngineException.Internal.class);
    awaitAllGone();
  }

  @Test
  void a_runtime_that_never_makes_the_container_is_killed_and_told() throws Exception {
    supervisor = supervisor(new Programs(System.getenv("PATH")).conmon(), SHORT);
    OciRuntime hanging =
        new OciRuntime(
            "hanging", program("hanging", "sleep 1000"), OciRuntime.Kind.OTHER, List.of());
    Order real = order;
    order =
        new Order(
            real.id(),
            real.name(),
            hanging,
            real.bundle(),
            real.command(),
            real.logs(),
            real.cgroup(),
            false,
            false,
            false);
    assertThatThrownBy(() -> create("true"))
        .isInstanceOf(EngineException.Internal.class)
        .hasMessage("conmon did not report within 1 s");
    assertThat(cgroups.at(order.cgroup()).exists()).isFalse();
    assertThatThrownBy(() -> supervisor.start(order))
        .isInstanceOf(EngineException.Internal.class)
        .hasMessageEndingWith("hanging start did not end within 1 s and was killed");
    awaitAllGone();
    order = real;
  }
}
