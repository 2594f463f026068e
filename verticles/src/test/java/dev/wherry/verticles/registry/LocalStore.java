package dev.wherry.verticles.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.event.FileJournal;
import dev.wherry.engine.image.FileImageStore;
import dev.wherry.engine.layer.LayerLimits;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.registry.RegistryClient;
import dev.wherry.engine.registry.RegistryProxies;
import dev.wherry.engine.registry.RegistrySettings;
import dev.wherry.engine.snapshot.OverlaySnapshotter;
import dev.wherry.engine.tar.Expansion;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real image store in a directory, and a client that brings images to it and from it. */
final class LocalStore implements AutoCloseable {
  /** How often a transfer is tried. */
  static final int ATTEMPTS = 2;

  private final Path directory;
  private final LinuxPaths paths = new LinuxPaths();
  private final FileJournal journal;
  final Vertx vertx = Vertx.vertx();
  final ExecutorService executor = Executors.newCachedThreadPool();
  final OverlaySnapshotter snapshotter;
  final FileImageStore images;

  /** How long a registry may be silent. */
  Duration patience = Duration.ofSeconds(20);

  LocalStore(Path directory) {
    this.directory = directory;
    journal =
        new FileJournal(directory.resolve("events"), FileJournal.Limits.DEFAULT, Clock.systemUTC());
    snapshotter = new OverlaySnapshotter(layers(), paths, new LinuxMounts(), IdMapping.IDENTITY);
    images =
        new FileImageStore(
            directory.resolve("image"),
            snapshotter,
            paths,
            journal,
            Clock.systemUTC(),
            new LayerLimits(1000, 64 << 20, new Expansion(4 << 20, 250)));
  }

  /** Where the layers' trees are. */
  Path layers() {
    return directory.resolve("overlay2");
  }

  /** A client that knows what those before it have noted of registries. */
  RegistryClient client(String... mirrors) {
    return new RegistryClient(
        new VertxRegistryHttp(vertx, RegistryProxies.NONE, RegistryCertificates.PLACES, patience),
        images,
        new RegistrySettings(List.of(), List.of(mirrors), 3, 5, ATTEMPTS),
        directory.resolve("registry"),
        executor);
  }

  void assertEmpty() {
    assertThat(images.list()).isEmpty();
    assertThat(snapshotter.committed()).isEmpty();
  }

  @Override
  public void close() {
    executor.shutdownNow();
    vertx.close().await();
    snapshotter.close();
    journal.close();
    paths.removeTree(layers());
  }
}
