package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.api.http.Json;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.assertj.core.api.ListAssert;

/**
 * Events as {@code docker events} tells them, a line for each: type, action, what it happened to
 * and the attributes by name. Ids and digests are written {@code ID}.
 */
record ToldEvents(DockerCli docker) {

  /** Lets something happen and waits until just this has been told of it, in this order. */
  void of(Runnable happening, String... lines) {
    String since = DockerCli.now();
    happening.run();
    await().untilAsserted(() -> since(since).containsExactly(lines));
  }

  /** The same, in whatever order. */
  void ofInAnyOrder(Runnable happening, String... lines) {
    String since = DockerCli.now();
    happening.run();
    await().untilAsserted(() -> since(since).containsExactlyInAnyOrder(lines));
  }

  private ListAssert<String> since(String moment) {
    List<String> line =
        List.of("events", "--since", moment, "--until", DockerCli.now(), "--format", "{{json .}}");
    return assertThat(docker.ok(line.toArray(String[]::new)).lines().map(ToldEvents::shown));
  }

  private static String shown(String json) {
    JsonNode event = Json.tree(json);
    TreeMap<String, String> attributes = new TreeMap<>();
    event
        .path("Actor")
        .path("Attributes")
        .properties()
        .forEach(entry -> attributes.put(entry.getKey(), entry.getValue().textValue()));
    // In seconds, which a test has no say in; dockerd tells it since 23.0.
    attributes.remove("execDuration");
    String shown =
        attributes.entrySet().stream()
            .map(entry -> " " + entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining());
    String actor = event.path("Actor").path("ID").textValue();
    String head = event.path("Type").textValue() + " " + event.path("Action").textValue();
    return (head + " " + actor + shown).replaceAll("(sha256:)?[0-9a-f]{64}", "ID");
  }
}
