package dev.wherry.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * The images the workloads need, made here: a busybox of the host's static binary, and one of about
 * 150 MB in {@code files} files of text-like content.
 *
 * @param busybox a root file system for {@code docker import}
 * @param large an archive for {@code docker load}
 */
record BenchImages(Path busybox, Path large) {

  static final String BUSYBOX = "wherry-bench-busybox:latest";
  static final String LARGE = "wherry-bench-large:latest";

  private static final int FILES = 6_000;
  private static final int MEAN_FILE_BYTES = 25_000;
  private static final List<String> APPLETS =
      List.of(
          "sh", "true", "sleep", "seq", "cat", "echo", "ls", "env", "id", "ip", "wget", "httpd");

  static BenchImages make(Path directory) throws IOException {
    Path busybox = directory.resolve("busybox.tar");
    Path large = directory.resolve("large.tar");
    writeBusybox(busybox);
    writeLarge(large, directory.resolve("layer.tar"));
    return new BenchImages(busybox, large);
  }

  private static void writeBusybox(Path target) throws IOException {
    byte[] binary = Files.readAllBytes(Path.of("/bin/busybox"));
    try (TarArchiveOutputStream tar = open(target)) {
      for (String directory : List.of("bin/", "etc/", "tmp/", "proc/", "sys/", "dev/")) {
        putDirectory(tar, directory);
      }
      put(tar, "bin/busybox", 0755, binary);
      for (String applet : APPLETS) {
        TarArchiveEntry link = new TarArchiveEntry("bin/" + applet, TarConstants.LF_SYMLINK);
        link.setLinkName("busybox");
        tar.putArchiveEntry(link);
        tar.closeArchiveEntry();
      }
      put(tar, "etc/passwd", 0644, "root:x:0:0:root:/:/bin/sh\n".getBytes(StandardCharsets.UTF_8));
      put(tar, "etc/group", 0644, "root:x:0:\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void writeLarge(Path target, Path layer) throws IOException {
    Random random = new Random(42);
    try (TarArchiveOutputStream tar = open(layer)) {
      for (int i = 0; i < FILES; i++) {
        if (i % 50 == 0) {
          putDirectory(tar, String.format("usr/share/part%03d/", i / 50));
        }
        byte[] content = new byte[(int) (MEAN_FILE_BYTES * (0.1 + 1.8 * random.nextDouble()))];
        random.nextBytes(content);
        for (int at = 0; at < content.length; at++) {
          content[at] = (byte) ('a' + (content[at] & 0x0f));
        }
        put(tar, String.format("usr/share/part%03d/file%05d", i / 50, i), 0644, content);
      }
    }
    String diffId = sha256(layer);
    byte[] config =
        """
        {"architecture":"amd64","os":"linux","created":"2026-01-01T00:00:00Z","config":{"Cmd":["true"]},\
        "rootfs":{"type":"layers","diff_ids":["sha256:%s"]},\
        "history":[{"created":"2026-01-01T00:00:00Z","created_by":"bench"}]}"""
            .formatted(diffId)
            .getBytes(StandardCharsets.UTF_8);
    String manifest =
        """
        [{"Config":"config.json","RepoTags":["%s"],"Layers":["%s/layer.tar"]}]"""
            .formatted(LARGE, diffId);
    try (TarArchiveOutputStream tar = open(target)) {
      TarArchiveEntry entry = new TarArchiveEntry(diffId + "/layer.tar");
      entry.setSize(Files.size(layer));
      tar.putArchiveEntry(entry);
      Files.copy(layer, tar);
      tar.closeArchiveEntry();
      put(tar, "config.json", 0644, config);
      put(tar, "manifest.json", 0644, manifest.getBytes(StandardCharsets.UTF_8));
    }
    Files.delete(layer);
  }

  static TarArchiveOutputStream open(Path target) throws IOException {
    OutputStream out = new BufferedOutputStream(Files.newOutputStream(target), 1 << 20);
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out);
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    return tar;
  }

  private static void putDirectory(TarArchiveOutputStream tar, String name) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setMode(040755);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  static void put(TarArchiveOutputStream tar, String name, int mode, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setMode(0100000 | mode);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK lacks SHA-256", e);
    }
  }

  static void deleteTree(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
