package dev.wherry.engine.image;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a configuration leaves open is another one's, by dockerd's rules for each member. */
public final class ConfigMerge {
  private ConfigMerge() {}

  /**
   * A configuration given to {@code commit}, completed from the container's. Shell and stop timeout
   * are not taken over, as in dockerd.
   */
  public static ImageConfig merge(ImageConfig own, ImageConfig base) {
    List<String> cmd = own.cmd();
    List<String> entrypoint = own.entrypoint();
    // An entrypoint of one's own makes the other's command meaningless.
    if (isEmpty(entrypoint)) {
      cmd = isEmpty(cmd) ? base.cmd() : cmd;
      entrypoint = entrypoint == null ? base.entrypoint() : entrypoint;
    }
    return new ImageConfig(
        own.user().isEmpty() ? base.user() : own.user(),
        nullIfEmpty(union(base.exposedPorts(), orEmpty(own.exposedPorts()))),
        environment(orEmpty(own.env()), base.env()),
        entrypoint,
        cmd,
        nullIfEmpty(union(base.volumes(), orEmpty(own.volumes()))),
        own.workingDir().isEmpty() ? base.workingDir() : own.workingDir(),
        labels(base.labels(), own.labels() == null ? Map.of() : own.labels()),
        own.stopSignal() == null || own.stopSignal().isEmpty()
            ? base.stopSignal()
            : own.stopSignal(),
        own.stopTimeout(),
        healthcheck(own.healthcheck(), base.healthcheck()),
        own.onBuild(),
        own.shell(),
        own.argsEscaped());
  }

  /** One's own first, then those of the base that it does not name. */
  public static List<String> environment(List<String> own, @Nullable List<String> base) {
    List<String> result = new ArrayList<>(own);
    Set<String> names = new LinkedHashSet<>(own.stream().map(ConfigMerge::name).toList());
    if (base != null) {
      base.stream().filter(variable -> !names.contains(name(variable))).forEach(result::add);
    }
    return List.copyOf(result);
  }

  private static String name(String variable) {
    int equals = variable.indexOf('=');
    return equals < 0 ? variable : variable.substring(0, equals);
  }

  /** Members that one's own leaves open are the base's. */
  public static @Nullable Healthcheck healthcheck(
      @Nullable Healthcheck own, @Nullable Healthcheck base) {
    if (own == null || base == null) {
      return own == null ? base : own;
    }
    return new Healthcheck(
        own.test().isEmpty() ? base.test() : own.test(),
        own.interval() == 0 ? base.interval() : own.interval(),
        own.timeout() == 0 ? base.timeout() : own.timeout(),
        own.startPeriod() == 0 ? base.startPeriod() : own.startPeriod(),
        own.startInterval() == 0 ? base.startInterval() : own.startInterval(),
        own.retries() == 0 ? base.retries() : own.retries());
  }

  /** One's own win. */
  public static Map<String, String> labels(
      @Nullable Map<String, String> base, Map<String, String> own) {
    Map<String, String> result = new LinkedHashMap<>();
    if (base != null) {
      result.putAll(base);
    }
    result.putAll(own);
    return result;
  }

  /** All of both. */
  public static Set<String> union(@Nullable Set<String> base, Set<String> own) {
    Set<String> result = new LinkedHashSet<>();
    if (base != null) {
      result.addAll(base);
    }
    result.addAll(own);
    return result;
  }

  private static boolean isEmpty(@Nullable List<String> list) {
    return list == null || list.isEmpty();
  }

  private static List<String> orEmpty(@Nullable List<String> list) {
    return list == null ? List.of() : list;
  }

  private static Set<String> orEmpty(@Nullable Set<String> set) {
    return set == null ? Set.of() : set;
  }

  private static @Nullable Set<String> nullIfEmpty(Set<String> set) {
    return set.isEmpty() ? null : set;
  }
}
