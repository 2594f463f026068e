package dev.wherry.api.http;

/** A version of the Docker Engine API, such as 1.51. */
public record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
  /** The newest version served, and the one meant by a path without a version. */
  public static final ApiVersion CURRENT = new ApiVersion(1, 51);

  /** The oldest version served. */
  public static final ApiVersion MINIMUM = new ApiVersion(1, 24);

  /**
   * Reads digits and dots as dockerd's comparison does: missing or empty parts count as 0, parts
   * after the second are ignored.
   */
  public static ApiVersion parse(String text) {
    String[] parts = text.split("\\.", -1);
    return new ApiVersion(number(parts[0]), parts.length > 1 ? number(parts[1]) : 0);
  }

  private static int number(String digits) {
    // Longer than any real version; the bound keeps parseInt from overflowing.
    return digits.isEmpty()
        ? 0
        : Integer.parseInt(digits.substring(0, Math.min(9, digits.length())));
  }

  /** Whether this version has what came with {@code major.minor}. */
  public boolean atLeast(int thatMajor, int thatMinor) {
    return compareTo(new ApiVersion(thatMajor, thatMinor)) >= 0;
  }

  @Override
  public int compareTo(ApiVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
