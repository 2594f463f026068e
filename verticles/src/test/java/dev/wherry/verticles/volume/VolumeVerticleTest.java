package dev.wherry.verticles.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.event.FileJournal;
import dev.wherry.engine.volume.Volume;
import dev.wherry.engine.volume.VolumeStore;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.LocalCodec;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeVerticleTest {
  private final Vertx vertx = Vertx.vertx();
  private final FakeVolumes store = new FakeVolumes();
  private final Volumes volumes = new VolumeClient(vertx, store);

  @TempDir Path directory;
  private FileJournal journal;

  @BeforeEach
  void deploy() {
    journal = new FileJournal(directory, FileJournal.Limits.DEFAULT, Clock.systemUTC());
    LocalCodec.register(vertx.eventBus());
    vertx
        .deployVerticle(
            new VolumeVerticle(
                store, new NoContainers(), journal, new Blocking(vertx, "kernel", 2)))
        .await();
  }

  @AfterEach
  void close() {
    vertx.close().await();
    journal.close();
  }

  @Test
  void a_volume_is_made_and_removed() {
    Volume made = volumes.create("v", Map.of("a", "b"), Map.of()).await();
    assertThat(made.anonymous()).isFalse();
    assertThat(volumes.list()).containsExactly(made);
    volumes.remove("v", false).await();
    assertThat(volumes.list()).isEmpty();
    assertThat(journal.page(0, 0, 9))
        .extracting(EngineEvent::action, EngineEvent::actorId, EngineEvent::attributes)
        .containsExactly(
            tuple("create", "v", Map.of("driver", "local")),
            tuple("destroy", "v", Map.of("driver", "local")));
  }

  @Test
  void one_without_a_name_is_anonymous() {
    assertThat(volumes.create("", Map.of(), Map.of()).await().anonymous()).isTrue();
  }

  @Test
  void removing_what_is_not_there_is_an_error_unless_forced() {
    assertThatThrownBy(() -> volumes.remove("nosuch", false).await())
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("get nosuch: no such volume");
    volumes.remove("nosuch", true).await();
  }

  @Test
  void sizes_are_told_of_the_volumes_that_are_there() {
    volumes.create("data", Map.of(), Map.of()).await();
    assertThat(volumes.sizes(List.of("data", "gone")).await()).isEqualTo(Map.of("data", 4L));
  }

  private static final class FakeVolumes implements VolumeStore {
    private final Map<String, Volume> volumes = new ConcurrentHashMap<>();

    @Override
    public List<Volume> list() {
      return List.copyOf(volumes.values());
    }

    @Override
    public Volume get(String name) {
      return find(name)
          .orElseThrow(() -> new EngineException.NotFound("get " + name + ": no such volume"));
    }

    @Override
    public Optional<Volume> find(String name) {
      return Optional.ofNullable(volumes.get(name));
    }

    @Override
    public Volume create(
        String name, Map<String, String> labels, Map<String, String> options, boolean anonymous) {
      return volumes.computeIfAbsent(
          name,
          key -> new Volume(key, Path.of("/v", key), Instant.now(), labels, options, anonymous));
    }

    @Override
    public void mount(String name, String user) {}

    @Override
    public void adopt(String name, String user) {}

    @Override
    public void unmount(String name, String user) {}

    @Override
    public void unmountUnused() {}

    @Override
    public void remove(String name) {
      volumes.remove(name);
    }

    @Override
    public long size(String name) {
      return get(name).name().length();
    }
  }

  private static final class NoContainers implements ContainerIndex {
    @Override
    public Container get(String ref) {
      throw new EngineException.NotFound("No such container: " + ref);
    }

    @Override
    public Optional<Container> byId(String id) {
      return Optional.empty();
    }

    @Override
    public Optional<Container> byName(String name) {
      return Optional.empty();
    }

    @Override
    public List<Container> list() {
      return List.of();
    }

    @Override
    public long version() {
      return 0;
    }
  }
}
