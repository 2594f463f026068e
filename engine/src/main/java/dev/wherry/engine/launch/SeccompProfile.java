package dev.wherry.engine.launch;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.error.EngineException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A system call filter in Docker's profile format, whose rules may depend on architecture,
 * capabilities and kernel version, and its resolution to the OCI runtime-spec's {@code
 * linux.seccomp}, which knows no conditions.
 */
public final class SeccompProfile {
  private static final String X32 = "SCMP_ARCH_X32";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final Pattern KERNEL = Pattern.compile("\\d+\\.\\d+");

  /** Docker's short names of architectures, which its conditions use. */
  private static final Map<String, String> NATIVE = Map.of("x86_64", "amd64", "aarch64", "arm64");

  private static final Map<String, String> NATIVE_SCMP =
      Map.of("x86_64", "SCMP_ARCH_X86_64", "aarch64", "SCMP_ARCH_AARCH64");

  private final ObjectNode profile;
  private final Map<Set<String>, ObjectNode> resolved = new ConcurrentHashMap<>();

  private SeccompProfile(ObjectNode profile) {
    this.profile = profile;
  }

  /**
   * Reads a profile.
   *
   * @throws EngineException.InvalidParameter if it is not one
   */
  public static SeccompProfile parse(String json) {
    JsonNode node;
    try {
      node = JSON.readTree(json);
    } catch (JacksonException e) {
      throw new EngineException.InvalidParameter(
          "Decoding seccomp profile failed: " + e.getOriginalMessage(), e);
    }
    if (!(node instanceof ObjectNode profile)) {
      throw new EngineException.InvalidParameter(
          "Decoding seccomp profile failed: it is not a JSON object");
    }
    if (profile.path("architectures").size() > 0 && profile.path("archMap").size() > 0) {
      throw new EngineException.InvalidParameter(
          "both 'architectures' and 'archMap' are specified in the seccomp profile, use either"
              + " 'architectures' or 'archMap'");
    }
    for (JsonNode rule : profile.path("syscalls")) {
      checkRule(rule);
    }
    if (!profile.path("defaultAction").isTextual()) {
      throw new EngineException.InvalidParameter(
          "Decoding seccomp profile failed: it has no defaultAction");
    }
    return new SeccompProfile(profile);
  }

  private static void checkRule(JsonNode rule) {
    if (rule.path("names").size() > 0 && !rule.path("name").asText("").isEmpty()) {
      throw new EngineException.InvalidParameter(
          "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or"
              + " 'names'");
    }
    for (String condition : List.of("includes", "excludes")) {
      String kernel = rule.path(condition).path("minKernel").asText("");
      if (!kernel.isEmpty() && !KERNEL.matcher(kernel).matches()) {
        throw new EngineException.InvalidParameter(
            "Decoding seccomp profile failed: invalid kernel version: \"%s\", expected"
                    .formatted(kernel)
                + " \"<kernel>.<major>\"");
      }
    }
  }

  /** The filter for a container with these capabilities on this host; not to be changed. */
  ObjectNode resolve(Collection<String> capabilities, HostFacts host) {
    return resolved.computeIfAbsent(Set.copyOf(capabilities), caps -> build(caps, host));
  }

  private ObjectNode build(Set<String> capabilities, HostFacts host) {
    ObjectNode result = NODES.objectNode();
    result.set("defaultAction", profile.get("defaultAction"));
    copy(profile, result, "defaultErrnoRet", "flags", "listenerPath", "listenerMetadata");
    ArrayNode architectures = architectures(host);
    if (!architectures.isEmpty()) {
      result.set("architectures", architectures);
    }
    ArrayNode syscalls = result.putArray("syscalls");
    String nativeName = NATIVE.getOrDefault(host.architecture(), host.architecture());
    for (JsonNode rule : profile.path("syscalls")) {
      if (applies(rule, capabilities, nativeName, host.kernel())) {
        ObjectNode target = syscalls.addObject();
        if (rule.path("names").size() > 0) {
          target.set("names", rule.get("names"));
        } else {
          target.putArray("names").add(rule.path("name").asText());
        }
        copy(rule, target, "action", "errnoRet");
        if (rule.path("args").size() > 0) {
          target.set("args", rule.get("args"));
        }
      }
    }
    return result;
  }

  /**
   * Without x32 where the kernel has none of it: each architecture makes the filter a third longer,
   * which the runtime compiles anew for each process, and calls that do not exist need no rule.
   */
  private ArrayNode architectures(HostFacts host) {
    ArrayNode result = NODES.arrayNode();
    if (profile.path("architectures") instanceof ArrayNode given) {
      result.addAll(given);
    }
    String own = NATIVE_SCMP.get(host.architecture());
    for (JsonNode entry : profile.path("archMap")) {
      if (entry.path("architecture").asText().equals(own)) {
        result.add(own);
        for (JsonNode sub : entry.path("subArchitectures")) {
          if (host.x32() || !sub.asText().equals(X32)) {
            result.add(sub);
          }
        }
      }
    }
    return result;
  }

  private static boolean applies(
      JsonNode rule, Set<String> capabilities, String architecture, String kernel) {
    JsonNode includes = rule.path("includes");
    JsonNode excludes = rule.path("excludes");
    List<String> onlyOn = texts(includes.path("arches"));
    if (!onlyOn.isEmpty() && !onlyOn.contains(architecture)) {
      return false;
    }
    if (texts(excludes.path("arches")).contains(architecture)
        || !capabilities.containsAll(texts(includes.path("caps")))
        || texts(excludes.path("caps")).stream().anyMatch(capabilities::contains)) {
      return false;
    }
    String atLeast = includes.path("minKernel").asText("");
    String below = excludes.path("minKernel").asText("");
    return (atLeast.isEmpty() || isAtLeast(kernel, atLeast))
        && (below.isEmpty() || !isAtLeast(kernel, below));
  }

  /** Compares {@code major.minor} of two kernel versions. */
  static boolean isAtLeast(String kernel, String wanted) {
    int[] have = majorMinor(kernel);
    int[] want = majorMinor(wanted);
    return have[0] != want[0] ? have[0] > want[0] : have[1] >= want[1];
  }

  private static int[] majorMinor(String version) {
    String[] parts = version.split("[^0-9]+");
    int[] result = new int[2];
    for (int i = 0; i < 2 && i < parts.length; i++) {
      result[i] = parts[i].isEmpty() ? 0 : Integer.parseInt(parts[i]);
    }
    return result;
  }

  private static List<String> texts(@Nullable JsonNode array) {
    return array == null ? List.of() : array.valueStream().map(JsonNode::asText).toList();
  }

  private static void copy(JsonNode from, ObjectNode to, String... names) {
    for (String name : names) {
      JsonNode value = from.get(name);
      if (value != null && !value.isNull()) {
        to.set(name, value);
      }
    }
  }
}
