package dev.wherry.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.RootDir;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class RootDirectoriesTest {
  @TempDir Path dir;
  private Path inside;
  private Path outside;

  @BeforeEach
  void makeRoot() throws Exception {
    inside = Files.createDirectory(dir.resolve("root"));
    outside = Files.createDirectory(dir.resolve("outside"));
  }

  private void make(String path) {
    try (RootDir root = new LinuxPaths().openRoot(inside)) {
      RootDirectories.make(root, path, IdMapping.IDENTITY);
    }
  }

  private void makeBehindLinks(String path) {
    try (RootDir root = new LinuxPaths().openRoot(inside)) {
      RootDirectories.makeBehindLinks(root, path, IdMapping.IDENTITY);
    }
  }

  private void link(String name, Path target) throws Exception {
    Files.createSymbolicLink(inside.resolve(name), target);
  }

  private String place(String path) {
    try (RootDir root = new LinuxPaths().openRoot(inside)) {
      return RootDirectories.place(root, path).toString();
    }
  }

  @Test
  void a_place_is_found_behind_links_that_lead_to_nothing_yet() throws Exception {
    Files.createDirectory(inside.resolve("real"));
    link("absolute", Path.of("/proc/self"));
    link("real/relative", Path.of("../proc/sys"));
    link("chain", Path.of("real/relative"));
    link("above", Path.of("../../../proc"));
    assertThat(place("/plain/below")).isEqualTo("/plain/below");
    assertThat(place("/absolute/attr")).isEqualTo("/proc/self/attr");
    assertThat(place("/chain/kernel")).isEqualTo("/proc/sys/kernel");
    assertThat(place("/above")).isEqualTo("/proc");
    assertThat(inside.resolve("proc")).doesNotExist();
    link("round", Path.of("round"));
    assertThatThrownBy(() -> place("/round"))
        .isInstanceOfSatisfying(LinuxException.class, e -> assertThat(e.is(Errno.ELOOP)).isTrue());
  }

  @Test
  void directories_are_made_as_deep_as_asked() {
    make("/a/b/../c");
    assertThat(inside.resolve("a/c")).isDirectory();
    assertThat(inside.resolve("a/b")).doesNotExist();
  }

  @Test
  void a_link_that_leads_out_leads_to_a_directory_inside() throws Exception {
    link("trap", outside);
    make("/trap/x");
    assertThat(outside).isEmptyDirectory();
    assertThat(inside.resolve(Path.of("/").relativize(outside)).resolve("x")).isDirectory();
  }

  @Test
  void only_what_a_link_leads_to_is_made_for_a_mount() throws Exception {
    link("near", Path.of("far/away"));
    makeBehindLinks("/near/x/y");
    makeBehindLinks("/other/x");
    assertThat(inside.resolve("far/away")).isEmptyDirectory();
    assertThat(inside.resolve("other")).doesNotExist();
  }

  @Test
  void a_file_in_the_way_is_named() throws Exception {
    Files.createFile(inside.resolve("file"));
    assertThatThrownBy(() -> make("/file/x"))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("Cannot mkdir: /file/x is not a directory");
  }

  @Test
  void links_in_a_circle_end() throws Exception {
    link("a", Path.of("b"));
    link("b", Path.of("a"));
    assertThatThrownBy(() -> make("/a/x"))
        .isInstanceOfSatisfying(LinuxException.class, e -> assertThat(e.is(Errno.ELOOP)).isTrue());
  }
}
