package dev.wherry.engine.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class LinuxProcessesTest {
  private static final Path SH = Path.of("/bin/sh");
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Processes processes = new LinuxProcesses();
  private @TempDir Path temp;

  private static SpawnSpec sh(String script) {
    return SpawnSpec.of(SH, List.of("sh", "-c", script)).withEnvironment(Map.of("PATH", "/bin"));
  }

  private String output(SpawnSpec spec, int descriptor) throws IOException {
    try (Processes.Pipe pipe = processes.pipe()) {
      int pid = processes.spawn(spec.withDescriptors(Map.of(descriptor, pipe.write())));
      pipe.write().close();
      String text = new String(pipe.read().inputStream().readAllBytes(), UTF_8);
      assertThat(processes.waitpid(pid)).isEqualTo(new WaitStatus.Exited(0));
      return text;
    }
  }

  @Test
  void a_child_has_exactly_what_it_was_given() throws IOException {
    SpawnSpec spec =
        sh("pwd; env | grep -v PWD; echo $#$1; ls -l /proc/self/fd | cut -d'>' -f2 >&2")
            .withEnvironment(Map.of("PATH", "/bin:/usr/bin", "A", "b=c"))
            .withWorkingDirectory(temp);
    assertThat(output(spec, 1).lines())
        .contains(temp.toString(), "A=b=c", "0")
        .noneMatch(line -> line.contains("HOME"));
  }

  @Test
  void nothing_else_is_open_in_the_child() throws IOException {
    SpawnSpec spec = sh("for fd in /proc/$$/fd/*; do echo ${fd##*/} >&7; done");
    // one more is the shell's own, by which it reads the directory
    assertThat(output(spec, 7).lines()).containsExactlyInAnyOrder("0", "1", "2", "3", "7");
    assertThat(output(sh("exec cat /proc/self/status >&5"), 5))
        .containsPattern("SigBlk:\t0+\n")
        .containsPattern("SigIgn:\t0+\n");
  }

  @Test
  void descriptors_that_would_overwrite_each_other_keep_apart() throws IOException {
    try (Processes.Pipe one = processes.pipe();
        Processes.Pipe two = processes.pipe()) {
      Map<Integer, Fd> crossed =
          Map.of(one.write().number(), two.write(), two.write().number(), one.write());
      String script =
          "echo to-one >&%d; echo to-two >&%d"
              .formatted(two.write().number(), one.write().number());
      // dash takes one digit only
      int pid =
          processes.spawn(
              SpawnSpec.of(Path.of("/bin/bash"), List.of("bash", "-c", script))
                  .withDescriptors(crossed));
      one.write().close();
      two.write().close();
      assertThat(processes.waitpid(pid).shellCode()).isZero();
      assertThat(new String(one.read().inputStream().readAllBytes(), UTF_8)).isEqualTo("to-one\n");
      assertThat(new String(two.read().inputStream().readAllBytes(), UTF_8)).isEqualTo("to-two\n");
    }
  }

  @Test
  void a_sealed_copy_of_a_program_runs_and_cannot_be_changed() {
    try (Fd copy = processes.sealedCopy(Path.of("/bin/sh"))) {
      Path path = Path.of("/proc/" + processes.getpid() + "/fd/" + copy.number());
      SpawnSpec spec = SpawnSpec.of(path, List.of("sh", "-c", "exit 9"));
      assertThat(processes.waitpid(processes.spawn(spec)).shellCode()).isEqualTo(9);
      assertThatThrownBy(() -> copy.write(new byte[1], 0, 1))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.is(Errno.EPERM)).isTrue());
    }
  }

  @Test
  void the_end_of_a_child_is_told_as_a_shell_tells_it() {
    assertThat(processes.waitpid(processes.spawn(sh("exit 7"))).shellCode()).isEqualTo(7);
    int pid = processes.spawn(sh("kill -TERM $$"));
    assertThat(processes.waitpid(pid)).isEqualTo(new WaitStatus.Signaled(Signals.SIGTERM));
    assertThatThrownBy(() -> processes.waitpid(pid)).hasMessageContaining("ECHILD");
  }

  @Test
  void a_missing_program_is_named() {
    SpawnSpec spec = SpawnSpec.of(Path.of("/no/such"), List.of("such"));
    assertThatThrownBy(() -> processes.spawn(spec))
        .hasMessage("posix_spawn /no/such: ENOENT No such file or directory");
  }

  @Test
  void a_process_is_signalled_and_watched_through_its_handle() {
    int pid = processes.spawn(sh("exec sleep 600").withNewSession());
    ProcessStat stat = processes.stat(pid).orElseThrow();
    assertThat(stat.startTime()).isPositive();
    assertThat(stat.parentPid()).isEqualTo((int) ProcessHandle.current().pid());
    try (Fd pidfd = processes.pidfdOpen(pid)) {
      assertThat(processes.tryWaitpid(pid)).isEmpty();
      assertThat(processes.poll(pidfd, Processes.POLLIN, Duration.ZERO)).isZero();
      processes.pidfdSendSignal(pidfd, Signals.SIGKILL);
      assertThat(processes.poll(pidfd, Processes.POLLIN, LONG)).isEqualTo(Processes.POLLIN);
      assertThat(processes.stat(pid).orElseThrow().isZombie()).isTrue();
      assertThat(processes.tryWaitpid(pid)).contains(new WaitStatus.Signaled(Signals.SIGKILL));
      assertThatThrownBy(() -> processes.pidfdSendSignal(pidfd, Signals.SIGKILL))
          .hasMessageContaining("ESRCH");
    }
    assertThat(processes.stat(pid)).isEmpty();
    assertThatThrownBy(() -> processes.pidfdOpen(pid)).hasMessageContaining("ESRCH");
    assertThatThrownBy(() -> processes.kill(pid, 0)).hasMessageContaining("ESRCH");
  }

  @Test
  void a_program_name_with_blanks_and_brackets_is_understood() {
    ProcessStat stat =
        ProcessStat.parse("42 (a) b (c) S 7 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9876 0");
    assertThat(stat).isEqualTo(new ProcessStat(42, "a) b (c", 'S', 7, 9876));
  }

  @Test
  void a_pipe_an_event_and_the_mask_work() {
    try (Processes.Pipe pipe = processes.pipe();
        Fd event = processes.eventfd(true)) {
      assertThat(processes.poll(pipe.read(), Processes.POLLIN, Duration.ZERO)).isZero();
      assertThat(processes.poll(pipe.write(), Processes.POLLOUT, LONG))
          .isEqualTo(Processes.POLLOUT);
      pipe.write().close();
      assertThat(processes.poll(pipe.read(), Processes.POLLIN, LONG)).isEqualTo(Processes.POLLHUP);
      event.write(new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 0, 8);
      assertThat(processes.poll(event, Processes.POLLIN, LONG)).isEqualTo(Processes.POLLIN);
    }
    int old = processes.umask(0);
    assertThat(processes.umask(old)).isZero();
    assertThat(processes.geteuid()).isZero();
  }
}
