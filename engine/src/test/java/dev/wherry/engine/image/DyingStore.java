package dev.wherry.engine.image;

import dev.wherry.engine.event.FileJournal;
import dev.wherry.engine.image.ImageStore.Commit;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.snapshot.OverlaySnapshotter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * A process that changes a store, for a test to kill it at its work. It writes a byte when the
 * store is open and another when the work is done.
 *
 * <p>Arguments: the store's directory; {@code load}, {@code commit}, {@code tag} or {@code remove};
 * and an archive, or the name of an image.
 */
final class DyingStore {
  private DyingStore() {}

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    LinuxPaths paths = new LinuxPaths();
    try (FileJournal journal =
        new FileJournal(
            directory.resolve("events"), FileJournal.Limits.DEFAULT, Clock.systemUTC())) {
      ImageStore store =
          new FileImageStore(
              directory.resolve("image"),
              new OverlaySnapshotter(
                  directory.resolve("overlay2"), paths, new LinuxMounts(), IdMapping.IDENTITY),
              paths,
              journal,
              Clock.systemUTC());
      tell();
      work(store, args[1], args[2]);
      tell();
    }
  }

  private static void tell() {
    System.out.write('.');
    System.out.flush();
  }

  private static void work(ImageStore store, String what, String on) throws IOException {
    switch (what) {
      case "load" -> {
        try (InputStream archive = Files.newInputStream(Path.of(on))) {
          store.load(archive, "", progress -> {});
        }
      }
      case "commit" -> {
        Image base = store.get("base:1");
        Commit commit = new Commit(base.id(), base.config(), "cmd", "author", "", "made:1");
        try (InputStream layer = Files.newInputStream(Path.of(on))) {
          store.commit(commit, layer);
        }
      }
      case "remove" -> store.remove(on, false, true, id -> List.of());
      default -> throw new IllegalArgumentException(what);
    }
  }
}
