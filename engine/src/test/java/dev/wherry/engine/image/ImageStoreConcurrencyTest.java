package dev.wherry.engine.image;

import static dev.wherry.engine.image.ImageArchives.docker;
import static dev.wherry.engine.image.ImageArchives.layer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageArchives.TestImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class ImageStoreConcurrencyTest extends FileImageStoreFixture {
  private static final int THREADS = 6;
  private static final int ROUNDS = 25;

  private final byte[] base = layer("base", "b");
  private final byte[] middle = layer("middle", "m");

  /** Images of different threads share all but their uppermost layer. */
  private Void loadSaveAndRemove(int thread) throws IOException {
    TestImage image = TestImage.of("t" + thread, base, middle, layer("top", "t" + thread % 2));
    byte[] archive = docker(image, "app" + thread + ":1", "shared:1").bytes();
    for (int i = 0; i < ROUNDS; i++) {
      store.load(new ByteArrayInputStream(archive), "", progress -> {});
      save(image.id());
      if (i < ROUNDS - 1 || thread % 2 == 0) {
        store.remove(image.id(), true, true, id -> List.of());
      }
    }
    return null;
  }

  private void save(String id) throws IOException {
    try (ImageStore.Export export = store.save(List.of(id), "")) {
      export.writeTo(OutputStream.nullOutputStream());
    }
  }

  @Test
  void images_that_share_layers_can_come_and_go_at_the_same_time() throws Exception {
    List<Callable<Void>> work = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int thread = i;
      work.add(() -> loadSaveAndRemove(thread));
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      for (Future<Void> done : pool.invokeAll(work)) {
        done.get();
      }
    }
    assertThat(store.list()).hasSize(THREADS / 2);
    assertThat(snapshotter.committed()).hasSize(3);
    List<Image> before = store.list();
    for (Image image : before) {
      assertThat(content(image, "middle")).isEqualTo("m");
      save(image.id());
    }
    restart();
    assertThat(store.list()).isEqualTo(before);
    for (Image image : before) {
      store.remove(image.id(), true, true, id -> List.of());
    }
    restart();
    assertThat(onDisk()).isEmpty();
  }

  @Test
  void readers_always_see_whole_images() throws Exception {
    TestImage image = TestImage.of("read", base, middle);
    byte[] archive = docker(image, "read:1").bytes();
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Future<Void> changes =
          pool.submit(
              () -> {
                for (int i = 0; i < ROUNDS; i++) {
                  store.load(new ByteArrayInputStream(archive), "", progress -> {});
                  store.remove("read:1", false, true, id -> List.of());
                }
                return null;
              });
      while (!changes.isDone()) {
        try {
          assertThat(store.get("read:1").size()).isEqualTo(2);
        } catch (EngineException.NotFound gone) {
          assertThat(gone).hasMessage("No such image: read:1");
        }
      }
      changes.get();
    }
  }
}
