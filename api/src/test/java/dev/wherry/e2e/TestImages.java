package dev.wherry.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Images made from what the machine has, without any network. */
final class TestImages {
  /** The image every test may count on. */
  static final String BUSYBOX = "busybox";

  private TestImages() {}

  /** Writes further entries of an image. */
  interface Content {
    void write(TarBuilder tar) throws IOException;
  }

  /** A root file system of the host's static busybox with all its applets. */
  static byte[] busyboxRoot() {
    return busyboxWith(_ -> {});
  }

  /** The same with more in it. */
  static byte[] busyboxWith(Content more) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarBuilder tar = new TarBuilder(bytes)) {
      for (String directory : List.of("bin", "dev", "etc", "home", "proc", "root", "sys", "www")) {
        tar.directory(directory, 0755);
      }
      tar.directory("tmp", 01777);
      tar.file("bin/busybox", 0755, Files.readAllBytes(busybox()));
      for (String applet : DockerCli.host(busybox().toString(), "--list").text().split("\n")) {
        if (!applet.equals("busybox")) {
          tar.symlink("bin/" + applet, "busybox");
        }
      }
      tar.text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home:/bin/sh\n");
      tar.text("etc/group", "root:x:0:\nstaff:x:50:user\nuser:x:1000:\n");
      tar.text("etc/nsswitch.conf", "hosts: files dns\n");
      tar.text("www/index.html", "hello from the web\n");
      more.write(tar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static Path busybox() {
    Path path = Path.of("/bin/busybox");
    if (!Files.isExecutable(path)) {
      throw new AssertionError("a static busybox is needed: apt-get install busybox-static");
    }
    return path;
  }

  /** Imports {@link #BUSYBOX} unless it is there. */
  static void importBusybox(DockerCli docker) {
    if (docker.run("image", "inspect", BUSYBOX).exitCode() == 0) {
      return;
    }
    docker.okWithInput(
        temporary(busyboxRoot()),
        "import",
        "-c",
        "CMD [\"sh\"]",
        "-c",
        "ENV PATH=/bin",
        "-",
        BUSYBOX);
  }

  /** A file of its own for some bytes, gone with the test run. */
  static Path temporary(byte[] content) {
    try {
      Path file = Files.createTempFile("wherry-e2e", ".tar");
      file.toFile().deleteOnExit();
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes of a text. */
  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
