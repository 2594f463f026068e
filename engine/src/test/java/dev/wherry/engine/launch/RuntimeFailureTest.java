package dev.wherry.engine.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.error.EngineException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RuntimeFailureTest {
  private static String runc(String message) {
    return "time=\"2026-11-24T08:51:20Z\" level=warning msg=\"something\"\n"
        + "time=\"2026-11-24T08:51:20Z\" level=error msg=\""
        + message
        + "\"\n";
  }

  private static final String START = "runc create failed: unable to start container process: ";

  @Test
  void a_missing_program_is_the_users_fault_and_exits_127() {
    RuntimeFailure failure =
        RuntimeFailure.ofContainer(
            runc(START + "exec: \\\"nope\\\": executable file not found in $PATH"), "nope");
    assertThat(failure.text())
        .isEqualTo(
            "failed to create task for container: failed to create shim task: OCI runtime create"
                + " failed: runc create failed: unable to start container process: exec: \"nope\":"
                + " executable file not found in $PATH: unknown");
    assertThat(failure.exitCode()).isEqualTo(127);
    assertThat(failure.asException()).isInstanceOf(EngineException.InvalidParameter.class);
  }

  @Test
  void a_missing_path_exits_127() {
    assertThat(
            RuntimeFailure.ofContainer(
                    runc(
                        START + "exec: \\\"/no/such\\\": stat /no/such: no such file or directory"),
                    "/no/such")
                .exitCode())
        .isEqualTo(127);
  }

  @Test
  void what_cannot_be_executed_exits_126() {
    assertThat(
            RuntimeFailure.ofContainer(
                    runc(START + "exec: \\\"/etc/passwd\\\": permission denied"), "/etc/passwd")
                .exitCode())
        .isEqualTo(126);
  }

  @Test
  void a_mount_of_the_wrong_kind_comes_with_advice() {
    RuntimeFailure failure =
        RuntimeFailure.ofContainer(
            runc(START + "error mounting \\\"/etc/passwd\\\": not a directory"), "true");
    assertThat(failure.text()).endsWith("is the expected type").contains(": unknown: Are you");
    assertThat(failure.exitCode()).isEqualTo(127);
  }

  @Test
  void anything_else_is_not_the_users_fault() {
    RuntimeFailure failure =
        RuntimeFailure.ofContainer(
            runc(START + "unable to apply caps: operation not permitted"), "true");
    assertThat(failure.exitCode()).isEqualTo(128);
    assertThat(failure.asException()).isInstanceOf(EngineException.Internal.class);
  }

  @Test
  void crun_is_understood_too() {
    assertThat(
            RuntimeFailure.ofContainer(
                "executable file `nope` not found in $PATH: No such file or directory", "nope"))
        .satisfies(
            f -> assertThat(f.text()).contains("exec: \"nope\": executable file not found"),
            f -> assertThat(f.exitCode()).isEqualTo(127));
    assertThat(
            RuntimeFailure.ofContainer(
                    "{\"msg\":\"open executable: Permission denied\",\"level\":\"error\"}", "/etc")
                .exitCode())
        .isEqualTo(126);
    assertThat(
            RuntimeFailure.ofContainer("open executable: Operation not permitted", "/etc")
                .exitCode())
        .isEqualTo(126);
  }

  @Test
  void an_exec_fails_in_its_own_words() {
    RuntimeFailure failure =
        RuntimeFailure.ofExec(
            runc(
                "exec failed: unable to start container process: exec: \\\"nosuchbin\\\":"
                    + " executable file not found in $PATH"),
            "nosuchbin");
    assertThat(failure.text())
        .isEqualTo(
            "OCI runtime exec failed: exec failed: unable to start container process: exec:"
                + " \"nosuchbin\": executable file not found in $PATH: unknown");
    assertThat(failure.exitCode()).isEqualTo(127);
  }

  @Test
  void a_long_message_is_read_on_a_small_stack() throws InterruptedException {
    String message =
        START + "write \\\"" + "/sys/fs/cgroup".repeat(3_000) + "\\\": invalid argument";
    AtomicReference<String> text = new AtomicReference<>("");
    Thread reader =
        new Thread(
            null,
            () -> text.set(RuntimeFailure.ofContainer(runc(message), "true").text()),
            "reader",
            256 * 1024);
    reader.start();
    reader.join();
    assertThat(text.get()).endsWith("/sys/fs/cgroup\": invalid argument: unknown");
  }
}
