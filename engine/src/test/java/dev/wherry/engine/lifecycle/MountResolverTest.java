package dev.wherry.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.container.ContainerFixture;
import dev.wherry.engine.container.LiveContainerIndex;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.error.Undo;
import dev.wherry.engine.event.FileJournal;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.volume.LocalVolumeStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountResolverTest {
  @TempDir Path dir;
  private final LiveContainerIndex index = new LiveContainerIndex();
  private final ContainerFixture fixture = new ContainerFixture();
  private final Undo undo = new Undo();
  private LocalVolumeStore volumes;
  private FileJournal journal;

  @BeforeEach
  void open() {
    volumes =
        new LocalVolumeStore(
            dir.resolve("v"),
            dir.resolve("m"),
            new LinuxPaths(),
            new LinuxMounts(),
            IdMapping.IDENTITY);
    journal = new FileJournal(dir.resolve("events"), FileJournal.Limits.DEFAULT, Clock.systemUTC());
  }

  @AfterEach
  void close() {
    journal.close();
  }

  private List<MountPoint> resolve(String... configured) {
    return new MountResolver(
            index, volumes, new ContainerEvents(journal), undo, fixture.hostConfig())
        .resolve(new java.util.LinkedHashSet<>(List.of(configured)));
  }

  private static MountSpec spec(
      MountSpec.Type type, String source, String target, boolean readOnly) {
    return new MountSpec(type, source, target, readOnly, "", null, null, null, null);
  }

  private static MountSpec spec(
      MountSpec.Type type,
      MountSpec.@Nullable BindOptions bind,
      MountSpec.@Nullable VolumeOptions volume) {
    return new MountSpec(type, "/tmp", "/x", false, "", bind, volume, null, null);
  }

  private void refuses(String message) {
    assertThatThrownBy(this::resolve)
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage(message);
    assertThat(volumes.list()).isEmpty();
  }

  @Test
  void every_kind_of_mount_is_shown_as_dockerd_shows_it() {
    fixture.binds = List.of("/tmp:/bind:ro", "named:/named");
    fixture.mountSpecs =
        List.of(
            spec(MountSpec.Type.TMPFS, "", "/mt", false),
            spec(MountSpec.Type.VOLUME, "mvol", "/mv", true),
            spec(MountSpec.Type.BIND, "/tmp", "/mb", true),
            spec(MountSpec.Type.VOLUME, "", "/manon", false));
    List<MountPoint> mounts = resolve("/anon");
    assertThat(mounts.stream().map(MountPoint::destination))
        .containsExactly("/bind", "/named", "/mt", "/mv", "/mb", "/manon", "/anon");
    assertThat(mounts.stream().map(MountPoint::mode))
        .containsExactly("ro", "z", "", "z", "", "z", "");
    assertThat(mounts.stream().map(MountPoint::readWrite))
        .containsExactly(false, true, true, false, false, true, true);
    assertThat(mounts.stream().map(MountPoint::propagation))
        .containsExactly("rprivate", "", "", "", "rprivate", "", "");
    assertThat(mounts.get(1).source()).isEqualTo(dir + "/v/named/_data");
    assertThat(mounts.get(6).name()).hasSize(64);
    assertThat(volumes.list()).hasSize(4);
    assertThat(journal.page(0, 0, 10)).hasSize(4).allMatch(e -> e.action().equals("create"));
  }

  @Test
  void what_is_mounted_already_gets_no_anonymous_volume() {
    fixture.binds = List.of("/tmp:/data");
    fixture.tmpfs = Map.of("/cache", "");
    assertThat(resolve("/data/", "/cache")).hasSize(1);
    assertThat(volumes.list()).isEmpty();
  }

  @Test
  void volumes_of_another_container_are_shared() {
    fixture.binds = List.of("named:/named");
    fixture.name = "donor";
    fixture.mounts = resolve("/anon");
    index.put(fixture.build());
    fixture.binds = List.of();
    fixture.volumesFrom = List.of("donor:ro");
    List<MountPoint> shared = resolve("/anon");
    assertThat(shared).hasSize(2).noneMatch(MountPoint::readWrite).noneMatch(MountPoint::copyUp);
    assertThat(shared.stream().map(MountPoint::name))
        .containsExactlyElementsOf(fixture.mounts.stream().map(MountPoint::name).toList());
    fixture.volumesFrom = List.of("donor:zz");
    assertThatThrownBy(this::resolve).hasMessage("invalid mode: zz");
    fixture.volumesFrom = List.of("nosuch");
    assertThatThrownBy(this::resolve)
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("No such container: nosuch");
  }

  @Test
  void one_place_takes_one_mount() {
    fixture.binds = List.of("v1:/b", "/etc:/b/");
    refuses("Duplicate mount point: /b");
    fixture.binds = List.of("/tmp:/x");
    fixture.mountSpecs = List.of(spec(MountSpec.Type.TMPFS, "", "/x", false));
    refuses("Duplicate mount point: /x");
    fixture.mountSpecs = List.of();
    fixture.tmpfs = Map.of("/x", "");
    refuses("Duplicate mount point: /x");
  }

  @Test
  void mounts_are_refused_in_dockerds_words() {
    String bind = "invalid mount config for type \"bind\": ";
    String volume = "invalid mount config for type \"volume\": ";
    Map<MountSpec, String> wrong =
        Map.of(
            spec(MountSpec.Type.VOLUME, "", "", false), volume + "field Target must not be empty",
            spec(MountSpec.Type.BIND, "", "/x", false), bind + "field Source must not be empty",
            spec(MountSpec.Type.BIND, "/nosuchpath", "/x", false),
                bind + "bind source path does not exist: /nosuchpath",
            spec(MountSpec.Type.BIND, "/tmp", "x", false),
                bind + "invalid mount path: 'x' mount path must be absolute",
            spec(
                    MountSpec.Type.BIND,
                    null,
                    new MountSpec.VolumeOptions(false, Map.of(), "", Map.of(), "")),
                bind + "field VolumeOptions must not be specified",
            spec(
                    MountSpec.Type.BIND,
                    new MountSpec.BindOptions("foo", false, false, false, false),
                    null),
                bind + "invalid propagation mode: foo",
            spec(
                    MountSpec.Type.VOLUME,
                    new MountSpec.BindOptions("", false, false, false, false),
                    null),
                volume + "field BindOptions must not be specified",
            spec(MountSpec.Type.VOLUME, "", "/x", true),
                volume + "must not set ReadOnly mode when using anonymous volumes",
            spec(MountSpec.Type.TMPFS, "/x", "/x", false),
                "invalid mount config for type \"tmpfs\": field Source must not be specified");
    wrong.forEach(
        (mount, message) -> {
          fixture.mountSpecs = List.of(mount);
          refuses(message);
        });
  }

  @Test
  void a_foreign_volume_driver_is_not_found() {
    fixture.binds = List.of();
    fixture.mountSpecs =
        List.of(
            new MountSpec(
                MountSpec.Type.VOLUME,
                "v",
                "/x",
                false,
                "",
                null,
                new MountSpec.VolumeOptions(false, Map.of(), "nosuch", Map.of(), ""),
                null,
                null));
    assertThatThrownBy(this::resolve)
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessageContaining("plugin \"nosuch\" not found");
  }

  @Test
  void undoing_removes_the_anonymous_volumes() {
    fixture.binds = List.of("named:/named");
    resolve("/anon");
    undo.run(new IllegalStateException());
    assertThat(volumes.list()).singleElement().extracting(v -> v.name()).isEqualTo("named");
    assertThat(Set.of(dir.resolve("v").toFile().list())).contains("named");
  }
}
