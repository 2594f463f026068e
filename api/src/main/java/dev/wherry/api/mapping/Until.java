package dev.wherry.api.mapping;

import dev.wherry.api.http.Filters;
import dev.wherry.engine.error.EngineException;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The {@code until} filter of prunes: what was made before a point in time.
 *
 * @param end {@code null} for all
 */
public record Until(@Nullable Instant end) {

  /**
   * Reads the filter.
   *
   * @throws EngineException.InvalidParameter if it is given twice or is no time
   */
  public static Until of(Filters filters, Instant now) {
    Set<String> given = filters.get("until");
    if (given.size() > 1) {
      throw new EngineException.InvalidParameter("more than one until filter specified");
    }
    return new Until(given.isEmpty() ? null : time(given.iterator().next(), now));
  }

  /** Nothing at all is no time either: who says {@code until=} does not mean everything. */
  private static @Nullable Instant time(String text, Instant now) {
    String refusal = "failed to parse value as time or duration: \"" + text + "\"";
    if (text.isEmpty()) {
      throw new EngineException.InvalidParameter(refusal);
    }
    try {
      return GoTime.parse(text, now);
    } catch (EngineException.InvalidParameter e) {
      throw new EngineException.InvalidParameter(refusal, e);
    }
  }

  /** Whether something made then is meant. */
  public boolean includes(@Nullable Instant created) {
    return end == null || created == null || created.isBefore(end);
  }
}
