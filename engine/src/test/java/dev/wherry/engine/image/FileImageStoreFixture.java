package dev.wherry.engine.image;

import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.event.FileJournal;
import dev.wherry.engine.layer.LayerLimits;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.snapshot.OverlaySnapshotter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store over real directories, layers and events. */
abstract class FileImageStoreFixture {
  @TempDir Path directory;
  final LinuxPaths paths = new LinuxPaths();
  final List<ImageProgress> progress = new ArrayList<>();
  FileJournal journal;
  OverlaySnapshotter snapshotter;
  FileImageStore store;

  @BeforeEach
  void open() {
    journal =
        new FileJournal(directory.resolve("events"), FileJournal.Limits.DEFAULT, Clock.systemUTC());
    snapshotter =
        new OverlaySnapshotter(
            directory.resolve("overlay2"), paths, new LinuxMounts(), IdMapping.IDENTITY);
    store =
        new FileImageStore(
            directory.resolve("image"), snapshotter, paths, journal, Clock.systemUTC(), limits());
  }

  LayerLimits limits() {
    return LayerLimits.DEFAULT;
  }

  @AfterEach
  void close() {
    snapshotter.close();
    journal.close();
    paths.removeTree(directory.resolve("overlay2"));
  }

  void restart() {
    snapshotter.close();
    journal.close();
    open();
  }

  List<ImageStore.LoadedImage> load(byte[] archive) throws IOException {
    return store.load(new ByteArrayInputStream(archive), "", progress::add);
  }

  byte[] save(String... names) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageStore.Export export = store.save(List.of(names), "")) {
      export.writeTo(out);
    }
    return out.toByteArray();
  }

  /** {@code action id name} of each event, the ids cut short. */
  List<String> events() {
    return journal.page(0, 0, 100).stream().map(FileImageStoreFixture::text).toList();
  }

  private static String text(EngineEvent event) {
    return event.action() + " " + event.attributes().get("name").replaceAll("^sha256:.*", "ID");
  }

  /** The content of a file in an image, as a container would see it. */
  String content(Image image, String path) throws IOException {
    snapshotter.prepare("reader", image.chainId());
    try {
      return Files.readString(snapshotter.mount("reader").resolve(path));
    } finally {
      snapshotter.remove("reader");
    }
  }

  /** Everything below the layers' directory and the blobs, one level deep. */
  List<String> onDisk() throws IOException {
    List<String> names = new ArrayList<>();
    for (String place :
        List.of("overlay2/layers", "overlay2/staging/layers", "image/blobs/sha256")) {
      try (Stream<Path> files = Files.list(directory.resolve(place))) {
        files.forEach(file -> names.add(place + "/" + file.getFileName()));
      }
    }
    return names;
  }
}
