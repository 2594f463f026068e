package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Create requests that ask for what cannot be, with what dockerd says to them. */
@EndToEnd
class CreateRefusalsIT {
  private static final String LONG = "x".repeat(70_000);

  /** Texts that are nobody's. */
  private static final List<String> HOSTILE = List.of("a\u0000b", "\ud800", "../../../etc", LONG);

  private final DaemonUnderTest daemon;

  CreateRefusalsIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
  }

  @AfterEach
  void removeVolumes() {
    daemon.docker().removeAllContainers();
    boolean ours = PeerDaemon.ofEnvironment() == null;
    // Before API 1.42 it took all of them anyway.
    daemon.docker().ok("volume", "prune", ours ? "-af" : "-f");
  }

  private RawHttp.Answer create(String json) {
    return RawHttp.send(daemon.socket(), "POST", "/v1.41/containers/create", json);
  }

  private static Stream<String> lines(Class<?> owner, String resource) throws IOException {
    try (InputStream in = Objects.requireNonNull(owner.getResourceAsStream(resource))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines().filter(line -> !line.startsWith("#")).toList().stream();
    }
  }

  /** What dockerd 20.10 calls its own fault, newer ones call the client's. */
  @Test
  void answers_are_those_of_dockerd() throws IOException {
    boolean ours = PeerDaemon.ofEnvironment() == null;
    var failures = new ArrayList<String>();
    for (String line : lines(CreateRefusalsIT.class, "create-answers.txt").toList()) {
      String[] words = line.split(" \\| ?", 3);
      String json =
          words[2].contains("\"Image\"")
              ? words[2]
              : "{\"Image\":\"busybox\"," + words[2].substring(1);
      RawHttp.Answer answer = create(json);
      String expected = ours && words[0].equals("500") ? "400" : words[0];
      JsonNode body = new ObjectMapper().readTree(answer.body());
      String said = body.path("message").asText() + body.path("Warnings").toString();
      if (!Integer.toString(answer.status()).equals(expected)
          || !said.contains(words[1].strip().replace("\\n", "\n"))) {
        failures.add(line + " => " + answer.status() + " " + answer.body());
      }
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void no_text_in_any_member_is_more_than_refused() throws IOException {
    List<String> failures = new ArrayList<>();
    List<String> members =
        lines(CreateRefusalsIT.class, "/dev/wherry/api/mapping/create/create-members-1.50.txt")
            .toList();
    try (RawHttp http = new RawHttp(daemon.socket())) {
      for (String line : members) {
        String[] words = line.split(" \\| ", 2);
        for (String hostile : HOSTILE) {
          ObjectNode request = request(words[0], words[1], hostile);
          if (request == null) {
            continue;
          }
          RawHttp.Answer answer = http.send("POST", "/v1.48/containers/create", request.toString());
          if (answer.status() >= 500 && answer.status() != 501) {
            failures.add(words[0] + " " + shortened(hostile) + ": " + shortened(answer.body()));
          }
          if (answer.status() == 201) {
            String id = new ObjectMapper().readTree(answer.body()).path("Id").asText();
            http.send("DELETE", "/v1.48/containers/" + id + "?v=1", "");
          }
        }
      }
    }
    assertThat(failures).isEmpty();
    assertThat(RawHttp.answersPing(daemon.socket())).isTrue();
  }

  private static String shortened(String text) {
    return text.length() > 150 ? text.substring(0, 150) : text;
  }

  /** A request with a text, or a text as name and value, in one member; null if it takes none. */
  private static @Nullable ObjectNode request(String member, String type, String text) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    ObjectNode request = json.objectNode().put("Image", "busybox");
    ObjectNode holder = request;
    String[] path = member.split("\\.");
    for (int i = 0; i < path.length - 1; i++) {
      holder = below(holder, String.join(".", List.of(path).subList(0, i + 1)), path[i]);
    }
    String last = path[path.length - 1];
    switch (type) {
      case "string" -> holder.put(last, text);
      case "array of string" -> holder.set(last, json.arrayNode().add(text));
      case "map of string" -> holder.set(last, json.objectNode().put(text, text));
      case "map of object" -> holder.set(last, json.objectNode().set(text, json.objectNode()));
      case "map of array of object" -> {
        ArrayNode one = json.arrayNode().add(json.objectNode());
        holder.set(last, json.objectNode().set(text, one));
      }
      default -> {
        return null;
      }
    }
    return request;
  }

  private static ObjectNode below(ObjectNode holder, String member, String name) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    ObjectNode inner = json.objectNode();
    switch (member) {
      case "HostConfig.PortBindings" ->
          holder.set(name, json.objectNode().set("80/tcp", json.arrayNode().add(inner)));
      case "NetworkingConfig.EndpointsConfig" ->
          holder.set(name, json.objectNode().set("bridge", inner));
      case "HostConfig.Mounts" -> {
        inner.put("Type", "volume").put("Source", "hostile").put("Target", "/m");
        holder.set(name, json.arrayNode().add(inner));
      }
      case "HostConfig.Mounts.BindOptions" -> {
        holder.put("Type", "bind").put("Source", "/tmp");
        holder.set(name, inner);
      }
      case "HostConfig.Mounts.ImageOptions" -> {
        holder.put("Type", "image").put("Source", "busybox");
        holder.set(name, inner);
      }
      case "HostConfig.Mounts.TmpfsOptions" -> {
        holder.put("Type", "tmpfs").remove("Source");
        holder.set(name, inner);
      }
      case "HostConfig.BlkioWeightDevice",
          "HostConfig.BlkioDeviceReadBps",
          "HostConfig.BlkioDeviceWriteBps",
          "HostConfig.BlkioDeviceReadIOps",
          "HostConfig.BlkioDeviceWriteIOps",
          "HostConfig.Devices",
          "HostConfig.DeviceRequests",
          "HostConfig.Ulimits" ->
          holder.set(name, json.arrayNode().add(inner));
      default -> holder.set(name, inner);
    }
    return inner;
  }
}
