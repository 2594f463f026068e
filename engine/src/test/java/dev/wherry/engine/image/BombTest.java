package dev.wherry.engine.image;

import static dev.wherry.engine.image.ImageArchives.addOci;
import static dev.wherry.engine.image.ImageArchives.docker;
import static dev.wherry.engine.image.ImageArchives.index;
import static dev.wherry.engine.image.ImageArchives.manifestDescriptor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageArchives.TestImage;
import dev.wherry.engine.layer.Archives;
import dev.wherry.engine.layer.LayerLimits;
import dev.wherry.engine.tar.Expansion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that are small to send and large to have, in a store that allows 4 MiB of that. */
@Tag("kernel")
class BombTest extends FileImageStoreFixture {
  private static final int MIB = 1 << 20;
  private static final String REFUSED = "compressed to less than 1/250";

  @Override
  LayerLimits limits() {
    return new LayerLimits(1000, 64 * MIB, new Expansion(4 * MIB, 250));
  }

  private static byte[] zeros(String name, int size) {
    return new Archives().file(name, new byte[size]).bytes();
  }

  private static byte[] compress(String how, byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream compressed =
        how.equals("gzip") ? new GZIPOutputStream(out) : new ZstdOutputStream(out)) {
      compressed.write(bytes);
    }
    return out.toByteArray();
  }

  private void assertRefused(byte[] archive, String why) throws IOException {
    assertThatThrownBy(() -> load(archive))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageContaining(why);
    assertThat(store.list()).isEmpty();
    assertThat(onDisk()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void a_layer_that_is_a_bomb_is_refused_and_leaves_nothing(String how) throws IOException {
    byte[] bomb = zeros("bomb", 16 * MIB);
    Archives archive = new Archives();
    byte[] manifest = addOci(archive, TestImage.of("bomb", bomb), List.of(compress(how, bomb)));
    assertRefused(
        archive.file("index.json", index(manifestDescriptor(manifest, ""))).bytes(), REFUSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void an_archive_that_is_one_as_a_whole_is_refused(String how) throws IOException {
    byte[] archive = docker(TestImage.of("bomb", zeros("bomb", 16 * MIB)), "bomb:1").bytes();
    assertRefused(compress(how, archive), REFUSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void many_small_ones_make_a_large_one(String how) throws IOException {
    List<byte[]> layers = new ArrayList<>();
    List<byte[]> blobs = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      layers.add(zeros("part" + i, 2 * MIB));
      blobs.add(compress(how, layers.getLast()));
    }
    Archives archive = new Archives();
    byte[] manifest = addOci(archive, TestImage.of("bomb", layers.toArray(byte[][]::new)), blobs);
    byte[] whole = archive.file("index.json", index(manifestDescriptor(manifest, ""))).bytes();
    // A bomb of bombs: what was compressed compresses again.
    assertRefused(compress(how, whole), REFUSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void a_root_file_system_that_is_a_bomb_is_not_imported(String how) throws IOException {
    byte[] bomb = compress(how, zeros("bomb", 16 * MIB));
    assertThatThrownBy(
            () ->
                store.importRootfs(
                    new ByteArrayInputStream(bomb),
                    new ImageStore.Import("bomb:1", List.of(), "", null),
                    line -> {}))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageContaining(REFUSED);
    assertThat(onDisk()).isEmpty();
  }

  @Test
  void a_layer_of_zeros_below_the_limit_is_an_honest_one() throws IOException {
    byte[] layer = zeros("zeros", 3 * MIB);
    Archives archive = new Archives();
    byte[] manifest =
        addOci(archive, TestImage.of("zeros", layer), List.of(compress("gzip", layer)));
    load(archive.file("index.json", index(manifestDescriptor(manifest, ""))).bytes());
    assertThat(store.list()).hasSize(1);
  }

  @Test
  void a_layer_larger_than_any_is_refused_uncompressed_too() throws IOException {
    assertRefused(
        docker(TestImage.of("large", zeros("large", 65 * MIB)), "large:1").bytes(),
        "a layer of more than 67108864 bytes");
  }
}
