package dev.wherry.engine.image;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A name that points at an image, normalised: the registry is always named. The grammar is that of
 * the distribution project's {@code reference} package; users write and see the familiar form, in
 * which {@code docker.io} and {@code library/} are left out.
 *
 * @param domain the registry, for example {@code docker.io} or {@code localhost:5000}
 * @param path the repository inside it, for example {@code library/busybox}
 * @param tag {@code null} if none was given
 * @param digest {@code null} if none was given
 */
public record ImageReference(
    String domain, String path, @Nullable String tag, @Nullable Digest digest) {

  private static final String DEFAULT_DOMAIN = "docker.io";
  private static final String LEGACY_DEFAULT_DOMAIN = "index.docker.io";
  private static final String OFFICIAL = "library/";
  private static final String DEFAULT_TAG = "latest";
  private static final int NAME_MAX = 255;

  private static final String LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
  private static final String DOMAIN =
      "(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[a-fA-F0-9:]+])(?::[0-9]+)?";
  private static final String COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
  private static final String TAG = "\\w[\\w.-]{0,127}";
  private static final Pattern REFERENCE =
      Pattern.compile(
          "(?<name>(?:(?<domain>%1$s)/)?(?<path>%2$s(?:/%2$s)*))(?::(?<tag>%3$s))?(?:@(?<digest>.+))?"
              .formatted(DOMAIN, COMPONENT, TAG));
  private static final Pattern TAG_ALONE = Pattern.compile(TAG);
  private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");

  /**
   * Reads what a user wrote, familiar or in full.
   *
   * @throws EngineException.InvalidParameter in dockerd's words
   */
  public static ImageReference parse(String text) {
    if (IDENTIFIER.matcher(text).matches()) {
      throw new EngineException.InvalidParameter(
          "invalid repository name (%s), cannot specify 64-byte hexadecimal strings"
              .formatted(text));
    }
    String full = withDomain(text);
    String remote = full.substring(full.indexOf('/') + 1);
    int end = remote.indexOf(':');
    String repository = end < 0 ? remote : remote.substring(0, end);
    if (!repository.toLowerCase(Locale.ROOT).equals(repository)) {
      throw new EngineException.InvalidParameter(
          "invalid reference format: repository name (%s) must be lowercase".formatted(repository));
    }
    Matcher matcher = REFERENCE.matcher(full);
    if (!matcher.matches()) {
      throw new EngineException.InvalidParameter("invalid reference format");
    }
    if (matcher.group("name").length() > NAME_MAX) {
      throw new EngineException.InvalidParameter(
          "repository name must not be more than %d characters".formatted(NAME_MAX));
    }
    return new ImageReference(
        matcher.group("domain"),
        matcher.group("path"),
        matcher.group("tag"),
        digestOf(matcher.group("digest")));
  }

  private static @Nullable Digest digestOf(@Nullable String text) {
    if (text == null) {
      return null;
    }
    if (!Digest.isDigest(text)) {
      throw new EngineException.InvalidParameter("invalid reference format");
    }
    return Digest.parse(text);
  }

  /** A first component is a registry if it could not be a user's name at the default one. */
  private static String withDomain(String text) {
    int slash = text.indexOf('/');
    String first = slash < 0 ? "" : text.substring(0, slash);
    boolean named =
        first.indexOf('.') >= 0
            || first.indexOf(':') >= 0
            || first.equals("localhost")
            || !first.toLowerCase(Locale.ROOT).equals(first);
    String domain = named ? first : DEFAULT_DOMAIN;
    String remainder = named ? text.substring(slash + 1) : text;
    if (domain.equals(LEGACY_DEFAULT_DOMAIN)) {
      domain = DEFAULT_DOMAIN;
    }
    if (domain.equals(DEFAULT_DOMAIN) && remainder.indexOf('/') < 0) {
      remainder = OFFICIAL + remainder;
    }
    return domain + "/" + remainder;
  }

  /**
   * This reference's repository with that tag.
   *
   * @throws EngineException.InvalidParameter {@code invalid tag format}
   */
  public ImageReference withTag(String newTag) {
    if (!TAG_ALONE.matcher(newTag).matches()) {
      throw new EngineException.InvalidParameter("invalid tag format");
    }
    return new ImageReference(domain, path, newTag, null);
  }

  /** This reference, or the tag {@code latest} of it where neither tag nor digest was given. */
  public ImageReference withDefaultTag() {
    return tag == null && digest == null ? withTag(DEFAULT_TAG) : this;
  }

  /** The repository as users write it: {@code busybox}, {@code user/app}, {@code host:5000/app}. */
  public String familiarName() {
    if (!domain.equals(DEFAULT_DOMAIN)) {
      return domain + "/" + path;
    }
    return path.startsWith(OFFICIAL) && path.indexOf('/', OFFICIAL.length()) < 0
        ? path.substring(OFFICIAL.length())
        : path;
  }

  /** As users write it, with tag and digest where it has them. */
  public String familiar() {
    return familiarName() + suffix();
  }

  /** In full: {@code docker.io/library/busybox:latest}. */
  @Override
  public String toString() {
    return domain + "/" + path + suffix();
  }

  private String suffix() {
    return (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
  }
}
