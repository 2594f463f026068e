package dev.wherry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.error.EngineException;
import org.junit.jupiter.api.Test;

class LiveContainerIndexTest {
  private final LiveContainerIndex index = new LiveContainerIndex();

  private static Container container(String id, String name) {
    ContainerFixture fixture = new ContainerFixture();
    fixture.id = id + "0".repeat(64 - id.length());
    fixture.name = name;
    return fixture.build();
  }

  @Test
  void a_container_is_found_by_id_name_and_unique_prefix() {
    Container one = container("abc1", "one");
    Container two = container("abd2", "two");
    index.put(one);
    index.put(two);
    assertThat(index.get(one.id())).isEqualTo(one);
    assertThat(index.get("one")).isEqualTo(one);
    assertThat(index.get("/one")).isEqualTo(one);
    assertThat(index.get("abd")).isEqualTo(two);
    assertThatThrownBy(() -> index.get("ab"))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("multiple IDs found with provided prefix: ab");
    assertThatThrownBy(() -> index.get("nosuch"))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("No such container: nosuch");
    assertThatThrownBy(() -> index.get("")).isInstanceOf(EngineException.NotFound.class);
  }

  @Test
  void a_name_goes_before_an_id_prefix() {
    Container named = container("ff", "abc");
    index.put(container("abc1", "one"));
    index.put(named);
    assertThat(index.get("abc")).isEqualTo(named);
  }

  @Test
  void a_renamed_container_gives_its_old_name_free() {
    Container one = container("abc1", "one");
    index.put(one);
    index.put(one.withName("uno"));
    assertThat(index.byName("one")).isEmpty();
    assertThat(index.get("uno").id()).isEqualTo(one.id());
  }

  @Test
  void the_version_rises_with_every_change_and_the_list_follows() {
    long before = index.version();
    Container one = container("abc1", "one");
    index.put(one);
    assertThat(index.version()).isGreaterThan(before);
    assertThat(index.list()).containsExactly(one).isSameAs(index.list());
    index.remove(one.id());
    assertThat(index.list()).isEmpty();
    long after = index.version();
    index.remove(one.id());
    assertThat(index.version()).isEqualTo(after);
  }
}
