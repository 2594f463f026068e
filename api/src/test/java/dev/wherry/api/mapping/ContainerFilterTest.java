package dev.wherry.api.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.api.fake.FakeImages;
import dev.wherry.api.fake.FakeIndex;
import dev.wherry.api.fake.Fixtures;
import dev.wherry.api.http.Filters;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.PortBinding;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerFilterTest {
  private final FakeIndex index = new FakeIndex();
  private final FakeImages images = new FakeImages();

  ContainerFilterTest() {
    images.images.add(Fixtures.image(Fixtures.BUSYBOX_ID, "", List.of("busybox:latest")));
    images.images.add(Fixtures.image("sha256:child", Fixtures.BUSYBOX_ID, List.of("child:1")));
    index.put(Fixtures.created(Fixtures.id("a1"), "old", "{\"Image\":\"busybox\"}"));
    index.put(
        Fixtures.created(
                Fixtures.id("b1"),
                "gone",
                "{\"Image\":\"busybox\",\"Labels\":{\"l1\":\"v1\"},\"ExposedPorts\":{\"80/tcp\":{}}}")
            .withState(
                new ContainerState.Exited(3, false, "", Fixtures.STARTED, Fixtures.STARTED)));
    Container web = Fixtures.running(Fixtures.id("c1"), "web");
    index.put(
        web.withNetworks(
            Map.of("net", new Attachment("4e".repeat(32), null, null)),
            new Container.NetworkSandbox(
                "s",
                "/k",
                Map.of(
                    "80/tcp", List.of(new PortBinding("0.0.0.0", "18081")),
                    "81/tcp", List.of()))));
    index.put(Fixtures.running(Fixtures.id("c2"), "web2"));
  }

  private List<String> shown(String filters, boolean all, int limit) {
    return new ContainerFilter(Filters.parse(filters), all, limit)
        .apply(index, name -> orNull(name), images.list()).stream().map(Container::name).toList();
  }

  private dev.wherry.engine.image.Image orNull(String name) {
    try {
      return images.get(name);
    } catch (EngineException.NotFound e) {
      return null;
    }
  }

  @Test
  void a_plain_list_shows_what_runs_newest_first() {
    assertThat(shown("", false, 0)).containsExactly("web2", "web");
    assertThat(shown("", true, 0)).containsExactly("web2", "web", "gone", "old");
  }

  @Test
  void a_limit_counts_all_of_them() {
    assertThat(shown("", false, 3)).containsExactly("web2", "web", "gone");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "{\"name\":[\"web\"]}|web2,web",
        "{\"name\":[\"^/web$\"]}|web",
        "{\"name\":[\"^web$\"]}|web",
        "{\"id\":[\"c1\"]}|web",
        "{\"id\":[\"c\"]}|none",
        "{\"status\":[\"exited\"]}|gone",
        "{\"status\":[\"exited\",\"created\"]}|gone,old",
        "{\"exited\":[\"3\"]}|gone",
        "{\"exited\":[\"0\"]}|none",
        "{\"label\":[\"l1\"]}|gone",
        "{\"label\":[\"l1=v1\"]}|gone",
        "{\"label\":[\"l1=no\"]}|none",
        "{\"network\":[\"net\"]}|web",
        "{\"network\":[\"4e4e\"]}|web",
        "{\"network\":[\"nosuch\"]}|none",
        "{\"publish\":[\"18081\"]}|web",
        "{\"publish\":[\"18000-18100/tcp\"]}|web",
        "{\"publish\":[\"18081/udp\"]}|none",
        "{\"publish\":[\"80\"]}|none",
        "{\"expose\":[\"80\"]}|gone",
        "{\"before\":[\"web\"]}|gone,old",
        "{\"since\":[\"gone\"]}|web2,web",
        "{\"since\":[\"old\"],\"before\":[\"web\"]}|gone",
        "{\"ancestor\":[\"busybox\"]}|web2,web,gone,old",
        "{\"ancestor\":[\"child:1\"]}|none",
        "{\"ancestor\":[\"nosuch\"]}|none",
        "{\"health\":[\"none\"]}|web2,web,gone,old",
        "{\"health\":[\"healthy\"]}|none",
        "{\"is-task\":[\"true\"]}|none",
        "{\"is-task\":[\"false\"]}|web2,web,gone,old",
      })
  void a_filter_shows_what_matches(String filters, String names) {
    List<String> wanted = names == null ? List.of() : List.of(names.split(","));
    assertThat(shown(filters, true, 0)).isEqualTo(wanted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"nosuch\":[\"x\"]}|invalid filter 'nosuch'",
        "{\"status\":[\"nope\"]}|invalid filter 'status=nope'",
        "{\"health\":[\"zzz\"]}|unrecognized filter value for health: zzz",
        "{\"exited\":[\"x\"]}|strconv.Atoi: parsing \"x\": invalid syntax",
        "{\"publish\":[\"1:2\"]}|filter for 'publish' should not contain ':': 1:2",
      })
  void a_wrong_filter_is_refused_in_dockerds_words(String filters, String message) {
    assertThatThrownBy(() -> shown(filters, true, 0))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage(message);
  }

  @Test
  void a_bound_that_does_not_exist_is_not_found() {
    assertThatThrownBy(() -> shown("{\"since\":[\"nosuch\"]}", true, 0))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessage("No such container: nosuch");
  }

  @Test
  void a_filter_on_the_state_shows_what_does_not_run() {
    assertThat(shown("{\"status\":[\"exited\"]}", false, 0)).containsExactly("gone");
  }

  @Test
  void what_runs_or_will_run_again_is_not_pruned() {
    index.put(
        Fixtures.running(Fixtures.id("d1"), "again")
            .withState(
                new ContainerState.Restarting(
                    new ContainerState.Exited(1, false, "", Fixtures.STARTED, Fixtures.STARTED))));
    List<Container> prunable =
        ContainerFilter.prunable(Filters.NONE, index.list(), new Until(null));
    assertThat(prunable).extracting(Container::name).containsExactly("gone", "old");
  }

  @Test
  void a_prune_can_be_for_what_is_older() {
    assertThat(
            ContainerFilter.prunable(
                Filters.NONE, index.list(), new Until(Fixtures.CREATED.minusSeconds(1))))
        .isEmpty();
  }
}
