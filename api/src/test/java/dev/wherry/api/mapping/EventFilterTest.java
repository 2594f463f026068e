package dev.wherry.api.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.api.http.Filters;
import dev.wherry.engine.event.EngineEvent;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventFilterTest {
  private static final EngineEvent EXEC =
      new EngineEvent(
          1,
          EngineEvent.Type.CONTAINER,
          "exec_create: sh -c exit 5",
          "d698fc22",
          Map.of("image", "busybox:1", "name", "web", "lab", "el"),
          1);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|true",
        "{\"event\":[\"exec_create\"]}|true",
        "{\"event\":[\"exec\"]}|false",
        "{\"event\":[\"exec_create: sh -c exit 5\"]}|true",
        "{\"event\":[\"die\"]}|false",
        "{\"type\":[\"container\"]}|true",
        "{\"type\":[\"image\"]}|false",
        "{\"container\":[\"web\"]}|true",
        "{\"container\":[\"d698\"]}|true",
        "{\"container\":[\"other\"]}|false",
        "{\"network\":[\"bridge\"]}|false",
        "{\"image\":[\"busybox:1\"]}|true",
        "{\"image\":[\"busybox\"]}|true",
        "{\"image\":[\"busy\"]}|false",
        "{\"label\":[\"lab=el\"]}|true",
        "{\"label\":[\"lab=no\"]}|false",
        "{\"scope\":[\"local\"]}|true",
        "{\"scope\":[\"swarm\"]}|false",
        "{\"nosuch\":[\"x\"]}|true",
      })
  void an_event_passes_as_in_dockerd(String filters, boolean passes) {
    assertThat(new EventFilter(Filters.parse(filters)).test(EXEC)).isEqualTo(passes);
  }
}
