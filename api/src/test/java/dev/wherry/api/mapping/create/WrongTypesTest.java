package dev.wherry.api.mapping.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.api.fake.Fixtures;
import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a create request's members may not be, for each member that the specification has. */
class WrongTypesTest {
  private static final String ARRAY = "array of ";
  private static final String MAP = "map of ";

  /** What a value of a type cannot be. */
  private static final Map<String, List<String>> WRONG =
      Map.of(
          "string", List.of("5", "true", "{}", "[]"),
          "integer", List.of("\"5\"", "true", "{}", "[]", "1.5", "1e30", "99999999999999999999"),
          "number", List.of("\"5\"", "true", "{}", "[]"),
          "boolean", List.of("1", "\"true\"", "{}", "[]"),
          "object", List.of("5", "\"text\"", "true", "[]"),
          "array", List.of("5", "\"text\"", "true", "{}"),
          "map", List.of("5", "\"text\"", "true", "[]"));

  /** Lists that may be given as one word. */
  private static final Set<String> WORDS =
      Set.of("Cmd", "Entrypoint", "Shell", "HostConfig.CapAdd", "HostConfig.CapDrop");

  private static final Map<String, String> MEMBERS = members();

  private static Map<String, String> members() {
    try {
      return SpecifiedMembers.read();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static Stream<Arguments> wrong() {
    return MEMBERS.entrySet().stream()
        .flatMap(
            member ->
                wrongFor(member.getValue()).stream()
                    .filter(value -> !value.equals("\"text\"") || !WORDS.contains(member.getKey()))
                    .map(value -> Arguments.of(member.getKey(), json(member.getKey(), value))));
  }

  private static List<String> wrongFor(String type) {
    List<String> values = new ArrayList<>();
    if (type.startsWith(ARRAY)) {
      values.addAll(WRONG.get("array"));
      wrongFor(type.substring(ARRAY.length())).forEach(inner -> values.add("[" + inner + "]"));
    } else if (type.startsWith(MAP)) {
      values.addAll(WRONG.get("map"));
      wrongFor(type.substring(MAP.length()))
          .forEach(inner -> values.add("{\"80/tcp\":" + inner + "}"));
    } else {
      values.addAll(WRONG.get(type));
    }
    return values;
  }

  static Stream<Arguments> withNulls() {
    return MEMBERS.entrySet().stream()
        .flatMap(
            member ->
                nulls(member.getValue()).stream()
                    .map(value -> Arguments.of(member.getKey(), json(member.getKey(), value))));
  }

  private static List<String> nulls(String type) {
    List<String> values = new ArrayList<>(List.of("null"));
    if (type.startsWith(ARRAY)) {
      nulls(type.substring(ARRAY.length())).forEach(inner -> values.add("[" + inner + "]"));
    } else if (type.startsWith(MAP)) {
      nulls(type.substring(MAP.length())).forEach(inner -> values.add("{\"a\":" + inner + "}"));
    }
    return values;
  }

  /** A request with this value in the one member. */
  private static String json(String member, String value) {
    String inner = value;
    String path = member;
    while (!path.isEmpty()) {
      int dot = path.lastIndexOf('.');
      inner = "{\"" + path.substring(dot + 1) + "\":" + inner + "}";
      path = dot < 0 ? "" : path.substring(0, dot);
      String holder = MEMBERS.getOrDefault(path, "object");
      while (!holder.equals("object")) {
        String innermost = holder.endsWith(ARRAY + "object") ? ARRAY : MAP;
        inner = innermost.equals(ARRAY) ? "[" + inner + "]" : "{\"80/tcp\":" + inner + "}";
        holder =
            holder.substring(0, holder.length() - innermost.length() - "object".length())
                + "object";
      }
    }
    return inner;
  }

  @ParameterizedTest
  @MethodSource
  void wrong(String member, String json) {
    assertThatThrownBy(() -> Fixtures.accept(json))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessageContaining("json: cannot unmarshal ")
        .hasMessageContaining(member.substring(member.lastIndexOf('.') + 1));
  }

  @ParameterizedTest
  @MethodSource
  void withNulls(String member, String json) {
    assertThatCode(
            () -> {
              try {
                Fixtures.accept(json);
              } catch (EngineException.InvalidParameter | EngineException.NotImplemented e) {
                assertThat(e.getMessage()).as(member).doesNotContain("cannot unmarshal");
              }
            })
        .doesNotThrowAnyException();
  }

  @Test
  void there_is_something_for_each_member() {
    assertThat(wrong().map(arguments -> arguments.get()[0]).distinct()).hasSize(MEMBERS.size());
    assertThat(json("HostConfig.PortBindings.HostIp", "5"))
        .isEqualTo("{\"HostConfig\":{\"PortBindings\":{\"80/tcp\":[{\"HostIp\":5}]}}}");
  }
}
