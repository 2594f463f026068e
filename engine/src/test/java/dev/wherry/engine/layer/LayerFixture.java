package dev.wherry.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxPaths;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Unpacks layers into a directory and makes archives of them again. */
abstract class LayerFixture {
  @TempDir Path directory;
  final LinuxPaths paths = new LinuxPaths();
  Path tree;
  Path attic;

  @BeforeEach
  void make_directories() throws IOException {
    tree = Files.createDirectories(directory.resolve("layer/tree"));
    attic = Files.createDirectories(directory.resolve("layer/attic"));
  }

  @AfterEach
  void remove_what_leads_outside() {
    paths.removeTree(directory.resolve("layer"));
  }

  UnpackedLayer unpack(byte[] archive) throws IOException {
    return new LayerUnpacker(paths, LayerLimits.DEFAULT, IdMapping.IDENTITY)
        .unpack(new ByteArrayInputStream(archive), tree, attic, bytes -> {});
  }

  /** Unpacks, and checks that the layer gives the same archive back. */
  UnpackedLayer unpackBothWays(Archives archive) throws IOException {
    byte[] bytes = archive.bytes();
    UnpackedLayer layer = unpack(bytes);
    try (InputStream again = LayerArchive.open(paths, tree, attic)) {
      assertThat(again.readAllBytes()).isEqualTo(bytes);
    }
    assertThat(layer.diffId()).isEqualTo(Digest.sha256(bytes));
    assertThat(layer.archiveSize()).isEqualTo(bytes.length);
    return layer;
  }

  FileStat stat(String name) {
    return paths.lstat(tree.resolve(name));
  }

  String content(String name) throws IOException {
    return Files.readString(tree.resolve(name));
  }
}
