package dev.wherry.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** An archive for {@code docker load} whose layers are made of a real tree's files, in order. */
final class LayeredImage {
  private LayeredImage() {}

  /**
   * Writes one.
   *
   * @param tree for example what debootstrap made; has to be large enough
   * @param bytes of each layer, about
   */
  static void write(Path target, String reference, Path tree, int layers, long bytes)
      throws IOException {
    Path work = Files.createTempDirectory(target.getParent(), "layers");
    List<String> digests = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(tree);
        TarArchiveOutputStream archive = BenchImages.open(target)) {
      Iterator<Path> files =
          walk.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
              .filter(Files::isReadable)
              .sorted()
              .iterator();
      for (int i = 0; i < layers; i++) {
        Path layer = work.resolve("layer.tar");
        writeLayer(layer, tree, files, bytes);
        digests.add(BenchImages.sha256(layer));
        TarArchiveEntry entry = new TarArchiveEntry(i + "/layer.tar");
        entry.setSize(Files.size(layer));
        archive.putArchiveEntry(entry);
        Files.copy(layer, archive);
        archive.closeArchiveEntry();
      }
      BenchImages.put(archive, "config.json", 0644, config(digests));
      BenchImages.put(archive, "manifest.json", 0644, manifest(reference, layers));
    } finally {
      BenchImages.deleteTree(work);
    }
  }

  private static void writeLayer(Path layer, Path tree, Iterator<Path> files, long bytes)
      throws IOException {
    try (TarArchiveOutputStream tar = BenchImages.open(layer)) {
      long written = 0;
      while (written < bytes) {
        if (!files.hasNext()) {
          throw new IOException(tree + " has too few files for this image: name another --tree");
        }
        Path file = files.next();
        byte[] content = Files.readAllBytes(file);
        BenchImages.put(tar, "tree/" + tree.relativize(file), 0644, content);
        written += content.length;
      }
    }
  }

  private static byte[] config(List<String> digests) {
    String diffIds =
        digests.stream()
            .map(digest -> "\"sha256:" + digest + "\"")
            .collect(Collectors.joining(","));
    return """
        {"architecture":"amd64","os":"linux","created":"2026-01-01T00:00:00Z","config":{"Cmd":["true"]},\
        "rootfs":{"type":"layers","diff_ids":[%s]}}"""
        .formatted(diffIds)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] manifest(String reference, int layers) {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      paths.add("\"" + i + "/layer.tar\"");
    }
    return "[{\"Config\":\"config.json\",\"RepoTags\":[\"%s\"],\"Layers\":[%s]}]"
        .formatted(reference, String.join(",", paths))
        .getBytes(StandardCharsets.UTF_8);
  }
}
