package dev.wherry.verticles.stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** A real conmon with a real runc and the host's static busybox, as the engine would start it. */
final class Conmon implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  final String id = "wherry-test-" + UUID.randomUUID();
  private final Path bundle;
  private final Path root;

  Conmon(Path directory, Path rootfs) throws IOException {
    bundle = Files.createDirectories(directory.resolve(id.substring(12, 24)));
    root = directory.resolve("runc");
    run("runc", "spec", "--bundle", bundle.toString());
    Path config = bundle.resolve("config.json");
    ObjectNode spec = (ObjectNode) JSON.readTree(config.toFile());
    ((ObjectNode) spec.get("root")).put("path", rootfs.toString());
    Files.writeString(config, spec.toString());
  }

  /** A root file system with a shell and the usual tools. */
  static Path rootfs(Path directory) throws IOException {
    Path bin = Files.createDirectories(directory.resolve("bin"));
    for (String name : List.of("proc", "dev", "sys", "tmp")) {
      Files.createDirectories(directory.resolve(name));
    }
    Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
    for (String applet : List.of("sh", "cat", "sleep", "seq", "stty", "yes", "head", "wc")) {
      Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
    }
    return directory;
  }

  Path attachSocket() {
    return bundle.resolve("attach");
  }

  Path control() {
    return bundle.resolve("ctl");
  }

  /** Makes the container; its process waits for {@link #start}. */
  void create(boolean tty, List<String> options, String... command) throws IOException {
    ObjectNode spec = (ObjectNode) JSON.readTree(bundle.resolve("config.json").toFile());
    ObjectNode process = (ObjectNode) spec.get("process");
    process.put("terminal", tty);
    process.set("args", JSON.valueToTree(List.of(command)));
    Files.writeString(bundle.resolve("config.json"), spec.toString());
    String line =
        "_OCI_SYNCPIPE=3 conmon --api-version 1 -c %s -u %s -r $(command -v runc)".formatted(id, id)
            + " --runtime-arg --root --runtime-arg %s -b %s -p %s/pid --exit-dir %s"
                .formatted(root, bundle, bundle, bundle)
            + " --full-attach --log-path k8s-file:%s/log %s %s 3>%s/sync"
                .formatted(bundle, tty ? "-t" : "", String.join(" ", options), bundle);
    run("bash", "-c", line);
    await(() -> Files.exists(bundle.resolve("pid")), "create: " + sync());
  }

  void start() throws IOException {
    run("runc", "--root", root.toString(), "start", id);
  }

  void kill() throws IOException {
    run("runc", "--root", root.toString(), "kill", id, "KILL");
  }

  boolean hasExited() {
    return Files.exists(bundle.resolve(id));
  }

  int exitCode() throws IOException {
    return Integer.parseInt(Files.readString(bundle.resolve(id)).strip());
  }

  private String sync() throws IOException {
    return Files.readString(bundle.resolve("sync"));
  }

  private static void await(java.util.concurrent.Callable<Boolean> condition, String what) {
    org.awaitility.Awaitility.await(what).until(condition);
  }

  private static void run(String... command) throws IOException {
    File output = File.createTempFile("conmon", ".out");
    try {
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
      int code = process.waitFor();
      if (code != 0) {
        String text = Files.readString(output.toPath(), StandardCharsets.UTF_8);
        throw new IOException(String.join(" ", command) + ": " + code + ": " + text);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      output.delete();
    }
  }

  @Override
  public void close() throws IOException {
    run("runc", "--root", root.toString(), "delete", "--force", id);
  }
}
