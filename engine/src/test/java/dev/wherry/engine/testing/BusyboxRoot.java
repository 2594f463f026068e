package dev.wherry.engine.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A root file system made of the host's static busybox (Debian's package busybox-static). */
public final class BusyboxRoot {
  private static final List<String> APPLETS =
      List.of(
          "sh",
          "cat",
          "echo",
          "env",
          "false",
          "head",
          "hostname",
          "id",
          "kill",
          "ls",
          "mkdir",
          "mount",
          "ps",
          "pwd",
          "rm",
          "sleep",
          "sort",
          "stat",
          "touch",
          "true",
          "umask",
          "wc",
          "yes",
          "dd",
          "trap",
          "seq",
          "tail",
          "chmod",
          "date");

  private BusyboxRoot() {}

  /** Makes it in a directory that does not exist yet. */
  public static Path make(Path directory) throws IOException {
    for (String name : List.of("bin", "etc", "proc", "sys", "dev", "tmp", "root")) {
      Files.createDirectories(directory.resolve(name));
    }
    Path busybox = directory.resolve("bin/busybox");
    Files.copy(Path.of("/bin/busybox"), busybox);
    busybox.toFile().setExecutable(true, false);
    for (String applet : APPLETS) {
      Files.createSymbolicLink(directory.resolve("bin/" + applet), Path.of("busybox"));
    }
    Files.writeString(
        directory.resolve("etc/passwd"),
        "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/:/bin/false\n");
    Files.writeString(
        directory.resolve("etc/group"), "root:x:0:\ndaemon:x:1:\nusers:x:100:daemon\n");
    return directory;
  }
}
