package dev.wherry.e2e;

import static java.util.Map.entry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Archives that reach for a file of the host: each either is refused or stays inside. They are of
 * the classes that engines have fallen for: names and links that climb out, links on the way of
 * files, hard links and whiteouts, members that replace each other, names in each of tar's forms.
 */
final class MaliciousArchives {
  private static final String DOTS = "../".repeat(20);

  private MaliciousArchives() {}

  /**
   * All of them, by name.
   *
   * @param directory on the host, with a file {@code victim} in it
   */
  static Map<String, byte[]> reachingFor(Path directory) {
    String place = directory.toString();
    String up = DOTS + place.substring(1);
    Map<String, byte[]> all = new TreeMap<>();
    contents(place, up).forEach((name, content) -> all.put(name, tar(content)));
    String deep = "d/".repeat(80);
    all.put(
        "gnu-long-name", gnu(tar -> tar.text(deep + "../".repeat(80) + up + "/victim", "owned")));
    all.put(
        "gnu-long-link",
        gnu(tar -> tar.symlink("out", "./".repeat(60) + place).text("out/victim", "owned")));
    byte[] whole = tar(tar -> tar.text("first", "x").text(up + "/victim", "owned"));
    all.put("truncated", Arrays.copyOf(whole, 1500));
    return all;
  }

  private static Map<String, TestImages.Content> contents(String place, String up) {
    return Map.ofEntries(
        entry("dots", tar -> tar.text(up + "/victim", "owned")),
        entry("dots-inside", tar -> tar.directory("a", 0755).text("a/../" + up + "/x", "owned")),
        entry("absolute", tar -> tar.text(place + "/victim", "owned")),
        entry("link", tar -> tar.symlink("out", place).text("out/victim", "owned")),
        entry("link-of-dots", tar -> tar.symlink("out", up).text("out/victim", "owned")),
        entry(
            "link-to-link",
            tar -> tar.symlink("a", "b").symlink("b", place).text("a/victim", "owned")),
        entry("link-as-name", tar -> tar.symlink("f", place + "/victim").text("f", "owned")),
        entry("link-and-directory", tar -> tar.symlink("out", place).directory("out", 0777)),
        entry(
            "directory-becomes-link",
            tar -> tar.directory("d", 0755).symlink("d", place).text("d/victim", "owned")),
        entry("hard-link", tar -> hard(tar, up + "/victim").text("grab", "owned")),
        entry("hard-link-absolute", tar -> hard(tar, place + "/victim").text("grab", "owned")),
        entry(
            "hard-link-through-link",
            tar -> hard(tar.symlink("out", place), "out/victim").text("grab", "owned")),
        entry(
            "hard-link-to-link",
            tar -> hard(tar.symlink("s", place + "/victim"), "s").text("grab", "owned")),
        entry("whiteout", tar -> tar.symlink("out", place).text("out/.wh.victim", "")),
        entry("whiteout-of-dots", tar -> tar.text(up + "/.wh.victim", "")),
        entry("whiteout-of-parent", tar -> tar.symlink("out", place).text("out/.wh...", "")),
        entry("opaque", tar -> tar.symlink("out", place).text("out/.wh..wh..opq", "")),
        entry(
            "device",
            tar -> tar.symlink("out", place).device("out/disk", TarConstants.LF_BLK, 8, 0)),
        entry("set-id", tar -> tar.symlink("out", place).file("out/sh", 06755, new byte[10])),
        entry(
            "pax-name",
            tar -> tar.file("x", 0644, 0, 0, Map.of("path", up + "/victim"), new byte[5])),
        entry(
            "pax-link",
            tar ->
                tar.file("x/" + "y".repeat(150), 0644, new byte[1])
                    .symlink("out", up + "/" + "./".repeat(60))
                    .text("out/victim", "owned")));
  }

  private static TarBuilder hard(TarBuilder tar, String target) throws IOException {
    return tar.hardlink("grab", target, 0644, 0, 0);
  }

  private static byte[] tar(TestImages.Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    return write(content, bytes, new TarBuilder(bytes));
  }

  private static byte[] gnu(TestImages.Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    return write(content, bytes, TarBuilder.gnu(bytes));
  }

  private static byte[] write(
      TestImages.Content content, ByteArrayOutputStream bytes, TarBuilder builder) {
    try (builder) {
      content.write(builder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
