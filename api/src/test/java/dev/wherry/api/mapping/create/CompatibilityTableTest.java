package dev.wherry.api.mapping.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wherry.api.dto.CreateRequest;
import dev.wherry.api.fake.Fixtures;
import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of what a create request may say is whole and true. */
class CompatibilityTableTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `([A-Za-z0-9.]+)` \\| ([a-z]+) \\|.*\\|$");
  private static final Set<String> STATES =
      Set.of("honoured", "refused", "warned", "kept", "ignored");

  /** Members that clients send and the specification has not. */
  private static final Set<String> BEYOND =
      Set.of(
          "hostconfig.kernelmemory",
          "hostconfig.mounts.clusteroptions",
          "hostconfig",
          "networkingconfig");

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
          .build();

  private static Map<String, String> table() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs/compatibility.md"))) {
      root = Objects.requireNonNull(root.getParent());
    }
    var rows = new LinkedHashMap<String, String>();
    for (String line : Files.readAllLines(root.resolve("docs/compatibility.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        assertThat(rows.put(row.group(1), row.group(2))).as(line).isNull();
      }
    }
    return rows;
  }

  /** Members of the records that requests are read into, in lower case: they are read in any. */
  private static Set<String> read() {
    var members = new TreeSet<String>();
    collect(MAPPER.constructType(CreateRequest.class), "", members);
    return members;
  }

  private static void collect(JavaType type, String prefix, Set<String> members) {
    BeanDescription description = MAPPER.getDeserializationConfig().introspect(type);
    for (BeanPropertyDefinition property : description.findProperties()) {
      String name = prefix + property.getName().toLowerCase(Locale.ROOT);
      if (property.getConstructorParameter() == null) {
        continue;
      }
      members.add(name);
      JavaType inner = property.getPrimaryType();
      while (inner.getContentType() != null) {
        inner = inner.getContentType();
      }
      if (inner.getRawClass().isRecord()) {
        collect(inner, name + ".", members);
      }
    }
  }

  @Test
  void it_has_each_member_of_the_specification_and_no_other() throws IOException {
    assertThat(table().keySet()).containsExactlyElementsOf(SpecifiedMembers.read().keySet());
    assertThat(table().values()).isSubsetOf(STATES);
  }

  @Test
  void each_member_that_is_not_ignored_is_read() throws IOException {
    Set<String> read = read();
    table()
        .forEach(
            (member, state) -> {
              if (!state.equals("ignored")) {
                assertThat(read).contains(member.toLowerCase(Locale.ROOT));
              }
            });
  }

  @Test
  void each_member_that_is_read_is_in_the_table() throws IOException {
    var known = new TreeSet<>(BEYOND);
    table().keySet().forEach(member -> known.add(member.toLowerCase(Locale.ROOT)));
    assertThat(known).containsAll(read());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "KernelMemoryTCP|{\"HostConfig\":{\"KernelMemoryTCP\":1}}",
        "Cgroup|{\"HostConfig\":{\"Cgroup\":\"container:x\"}}",
        "maximum IOPs|{\"HostConfig\":{\"IOMaximumIOps\":1}}",
        "maximum bandwidth|{\"HostConfig\":{\"IOMaximumBandwidth\":1}}",
        "invalid IPC mode: foo|{\"HostConfig\":{\"IpcMode\":\"foo\"}}",
        "invalid PID mode: container:|{\"HostConfig\":{\"PidMode\":\"container:\"}}",
        "invalid UTS mode: foo|{\"HostConfig\":{\"UTSMode\":\"foo\"}}",
        "cpu real-time runtime cannot be higher than cpu real-time period"
            + "|{\"HostConfig\":{\"CpuRealtimePeriod\":1000,\"CpuRealtimeRuntime\":2000}}",
        "conflicting options: domainname and the UTS mode"
            + "|{\"Domainname\":\"a.b\",\"HostConfig\":{\"UTSMode\":\"host\"}}",
      })
  void what_is_refused_is_told(String text, String json) {
    assertThatThrownBy(() -> Fixtures.accept(json))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(text);
  }
}
