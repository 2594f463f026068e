package dev.wherry.engine.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.content.Descriptor.Platform;
import dev.wherry.engine.error.EngineException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Platforms by the names that images use, those of Go. */
public final class Platforms {
  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_-]+");

  private Platforms() {}

  /** What this host runs. */
  public static Platform host() {
    return new Platform("linux", architecture(System.getProperty("os.arch", "")), "");
  }

  /**
   * Reads {@code os}, {@code os/arch} or {@code os/arch/variant}; what is missing is the host's.
   *
   * @throws EngineException.InvalidParameter in dockerd's words
   */
  public static Platform parse(@Nullable String text) {
    Platform host = host();
    if (text == null || text.isEmpty()) {
      return host;
    }
    String[] parts = text.split("/", -1);
    for (String part : parts) {
      if (!PART.matcher(part).matches() || parts.length > 3) {
        throw new EngineException.InvalidParameter(
            "\"" + text + "\": cannot parse platform specifier: invalid argument");
      }
    }
    String os = parts[0].toLowerCase(Locale.ROOT);
    if (!os.equals(host.os())) {
      throw new EngineException.InvalidParameter("operating system is not supported");
    }
    return new Platform(
        os,
        parts.length > 1 ? architecture(parts[1]) : host.architecture(),
        parts.length > 2 ? parts[2].toLowerCase(Locale.ROOT) : "");
  }

  /**
   * Refuses an image of another platform than the one asked for.
   *
   * @param reference what the user calls the image
   * @param platform empty for any
   * @throws EngineException.NotFound in dockerd's words
   */
  public static void require(Image image, String reference, String platform) {
    if (platform.isEmpty()) {
      return;
    }
    Platform wanted = parse(platform);
    if (!wanted.os().equals(image.os()) || !wanted.architecture().equals(image.architecture())) {
      throw new EngineException.NotFound(
          ("image with reference %s was found but does not match the specified platform: wanted"
                  + " %s, actual: %s/%s")
              .formatted(reference, platform, image.os(), image.architecture()));
    }
  }

  /** Puts a platform into an image's configuration (OCI image-spec, config.md). */
  static void write(Platform platform, ObjectNode configuration) {
    configuration.put("architecture", platform.architecture());
    if (!platform.variant().isEmpty()) {
      configuration.put("variant", platform.variant());
    }
    configuration.put("os", platform.os());
  }

  private static String architecture(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "x86_64", "x86-64" -> "amd64";
      case "aarch64" -> "arm64";
      case "i386", "i686" -> "386";
      default -> name.toLowerCase(Locale.ROOT);
    };
  }
}
