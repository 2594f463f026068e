package dev.wherry.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MountInfoTest {
  @Test
  void a_line_is_taken_apart() {
    MountInfo info =
        MountInfo.parse(
            "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime shared:2 master:1 - ext3 /dev/root rw,errors=x");
    assertThat(info.id()).isEqualTo(36);
    assertThat(info.parentId()).isEqualTo(35);
    assertThat(info.device()).isEqualTo(new FileStat.Device(98, 0));
    assertThat(info.root()).isEqualTo("/mnt1");
    assertThat(info.mountPoint()).isEqualTo("/mnt 2");
    assertThat(info.options()).containsExactly("rw", "noatime");
    assertThat(info.optionalFields()).containsExactly("shared:2", "master:1");
    assertThat(info.fsType()).isEqualTo("ext3");
    assertThat(info.source()).isEqualTo("/dev/root");
    assertThat(info.superOptions()).containsExactly("rw", "errors=x");
  }

  @Test
  void a_pinned_namespace_has_its_name_as_root() {
    String line = "82 31 0:4 net:[4026532281] /run/netns/x rw shared:5 - nsfs nsfs rw";
    assertThat(MountInfo.parse(line).root()).isEqualTo("net:[4026532281]");
  }

  @Test
  void something_else_is_refused() {
    for (String line : List.of("", "1 2 3", "1 2 0:1 / / rw - ext4")) {
      assertThatThrownBy(() -> MountInfo.parse(line)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
