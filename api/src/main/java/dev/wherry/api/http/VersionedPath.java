package dev.wherry.api.http;

import org.jspecify.annotations.Nullable;

/**
 * A request's path, split into the API version in front of it and the rest.
 *
 * @param versionText the version as the client wrote it, {@code null} for none
 * @param rest the path without the version, beginning with a slash
 */
public record VersionedPath(@Nullable String versionText, String rest) {

  /** Splits {@code /v1.41/containers/json}; a path that is not of that form has no version. */
  public static VersionedPath of(String path) {
    int length = path.length();
    if (length < 3 || path.charAt(0) != '/' || path.charAt(1) != 'v') {
      return new VersionedPath(null, path);
    }
    int end = 2;
    while (end < length
        && (Character.digit(path.charAt(end), 10) >= 0 || path.charAt(end) == '.')) {
      end++;
    }
    if (end == 2 || end == length || path.charAt(end) != '/') {
      return new VersionedPath(null, path);
    }
    return new VersionedPath(path.substring(2, end), path.substring(end));
  }

  /** The version meant. */
  public ApiVersion version() {
    return versionText == null ? ApiVersion.CURRENT : ApiVersion.parse(versionText);
  }
}
