package dev.wherry.api.mapping.create;

import dev.wherry.api.dto.CreateRequest;
import dev.wherry.api.dto.HostConfigRequest;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.engine.error.EngineException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing a create request must keep to.
 *
 * @param name what it is about, for tests and readers
 * @param since the first API version it holds for
 * @param until the first API version it holds for no more, {@code null} for none
 * @param check looks at the request
 */
record Rule(String name, ApiVersion since, @Nullable ApiVersion until, Check check) {

  /** Looks at a request and throws {@link EngineException.InvalidParameter} if it is broken. */
  @FunctionalInterface
  interface Check {
    void check(Case request);
  }

  /**
   * A request with what a rule may need besides.
   *
   * @param host its host part, empty if it has none
   * @param warnings where a rule tells what will not be as asked
   */
  record Case(
      CreateRequest request,
      HostConfigRequest host,
      CreateDefaults defaults,
      List<String> warnings) {}

  /** A rule for all versions. */
  static Rule rule(String name, Check check) {
    return new Rule(name, ApiVersion.MINIMUM, null, check);
  }

  /** A rule for versions before {@code major.minor}. */
  static Rule before(int major, int minor, String name, Check check) {
    return new Rule(name, ApiVersion.MINIMUM, new ApiVersion(major, minor), check);
  }

  /** A rule from version {@code major.minor} on. */
  static Rule since(int major, int minor, String name, Check check) {
    return new Rule(name, new ApiVersion(major, minor), null, check);
  }

  boolean holdsFor(ApiVersion version) {
    return version.compareTo(since) >= 0 && (until == null || version.compareTo(until) < 0);
  }

  /** Refuses with dockerd's text. */
  static void refuseIf(boolean broken, String message) {
    if (broken) {
      throw new EngineException.InvalidParameter(message);
    }
  }

  /** Whether a member was given and is not empty. */
  static boolean isSet(@Nullable String value) {
    return value != null && !value.isEmpty();
  }
}
