package dev.wherry.engine.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A process that holds namespaces until this is closed, or the daemon is gone. No thread of ours
 * can do it: the kernel lets only processes of a single thread change their user namespace,
 * unshare(2), setns(2). The programs are those of util-linux.
 */
final class NamespaceHolder implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

  /** What the process repeats when it is where it is to be. */
  private static final byte[] SIGN = {'\n'};

  private static final int MAX_COMPLAINT = 4096;

  private final Processes processes;
  private final Fd input;
  private final int pid;

  private NamespaceHolder(Processes processes, Fd input, int pid) {
    this.processes = processes;
    this.input = input;
    this.pid = pid;
  }

  /** A new user namespace, as a child of ours; nobody is mapped in it yet. */
  static NamespaceHolder ofUser(Processes processes) {
    return start(processes, "exec unshare --user cat");
  }

  /** A new network namespace that belongs to a user namespace. */
  static NamespaceHolder ofNetwork(Processes processes, Path user) {
    return start(processes, "exec nsenter --user=\"$0\" unshare --net cat", user.toString());
  }

  private static NamespaceHolder start(Processes processes, String command, String... words) {
    List<String> argv = new ArrayList<>(List.of("sh", "-c", command));
    argv.addAll(List.of(words));
    Processes.Pipe in = processes.pipe();
    Processes.Pipe out = processes.pipe();
    // Their end stays open here too until they have answered, so that writing never fails.
    try (Fd theirInput = in.read();
        Fd answers = out.read()) {
      int pid;
      try (Fd theirOutput = out.write()) {
        SpawnSpec spec =
            SpawnSpec.of(Path.of("/bin/sh"), argv)
                .withEnvironment(ENVIRONMENT)
                .withDescriptors(Map.of(0, theirInput, 1, theirOutput, 2, theirOutput));
        pid = processes.spawn(spec);
      }
      NamespaceHolder holder = new NamespaceHolder(processes, in.write(), pid);
      holder.awaitSign(answers, command);
      return holder;
    } catch (RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private void awaitSign(Fd answers, String command) {
    input.write(SIGN, 0, SIGN.length);
    byte[] answer = new byte[MAX_COMPLAINT];
    boolean answered = processes.poll(answers, Processes.POLLIN, PATIENCE) != 0;
    int read = answered ? Math.max(0, answers.read(answer, 0, answer.length)) : 0;
    if (read == 0 || answer[0] != SIGN[0]) {
      processes.kill(pid, Signals.SIGKILL);
      processes.waitpid(pid);
      String said = new String(answer, 0, read, StandardCharsets.UTF_8).strip();
      throw new LinuxException(Errno.EIO.number(), command, "", said);
    }
  }

  /** Where one of its namespaces is found while it lives. */
  Path namespace(String kind) {
    return Path.of("/proc", Integer.toString(pid), "ns", kind);
  }

  /** Says who is who in its user namespace, which can be done once. */
  void map(IdMapping ids) {
    write("uid_map", IdMapping.text(ids.users()));
    write("gid_map", IdMapping.text(ids.groups()));
  }

  private void write(String file, String text) {
    try {
      Files.writeString(Path.of("/proc", Integer.toString(pid), file), text);
    } catch (IOException e) {
      throw new UncheckedIOException("user namespace: " + e.getMessage(), e);
    }
  }

  /** Lets the process end: what is pinned of its namespaces stays. */
  @Override
  public void close() {
    input.close();
    processes.waitpid(pid);
  }
}
