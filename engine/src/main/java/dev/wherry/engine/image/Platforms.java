package dev.wherry.engine.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.content.Descriptor.Platform;
import dev.wherry.engine.error.EngineException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Platforms by the names that images use, those of Go; read and matched as dockerd does. */
public final class Platforms {
  private static final String ALLOWED = "^[A-Za-z0-9_-]+$";
  private static final Pattern PART = Pattern.compile(ALLOWED);
  private static final String AMD64 = "amd64";
  private static final String ARM = "arm";
  private static final String ARM64 = "arm64";

  private static final Set<String> SYSTEMS =
      Set.of(
          "aix",
          "android",
          "darwin",
          "dragonfly",
          "freebsd",
          "hurd",
          "illumos",
          "ios",
          "js",
          "linux",
          "nacl",
          "netbsd",
          "openbsd",
          "plan9",
          "solaris",
          "windows",
          "zos");

  private static final Set<String> ARCHITECTURES =
      Set.of(
          "386",
          AMD64,
          "amd64p32",
          ARM,
          "armbe",
          ARM64,
          "arm64be",
          "loong64",
          "mips",
          "mipsle",
          "mips64",
          "mips64le",
          "mips64p32",
          "mips64p32le",
          "ppc",
          "ppc64",
          "ppc64le",
          "riscv",
          "riscv64",
          "s390",
          "s390x",
          "sparc",
          "sparc64",
          "wasm");

  /** The variant that an architecture has where none is named. */
  private static final Map<String, String> FIRST = Map.of(AMD64, "v1", ARM, "v7", ARM64, "v8");

  private Platforms() {}

  /** What this host runs. */
  public static Platform host() {
    return new Platform("linux", architecture(System.getProperty("os.arch", "")), "");
  }

  /**
   * Reads a platform that images are to be had for here: any architecture, this system.
   *
   * @throws EngineException.InvalidParameter in dockerd's words
   */
  public static Platform parse(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return host();
    }
    Platform platform = specified(text);
    if (!platform.os().equals(host().os())) {
      throw new EngineException.InvalidParameter("operating system is not supported");
    }
    return platform;
  }

  /** Reads {@code os}, {@code arch}, {@code os/arch} or {@code os/arch/variant}. */
  private static Platform specified(String text) {
    String[] parts = text.split("/", -1);
    for (String part : parts) {
      if (!PART.matcher(part).matches()) {
        throw invalid(
            "\"%s\" is an invalid component of \"%s\": platform specifier component must match"
                    .formatted(part, text)
                + " \""
                + ALLOWED
                + "\"");
      }
    }
    String first = parts[0].toLowerCase(Locale.ROOT);
    String system = first.equals("macos") ? "darwin" : first;
    return switch (parts.length) {
      case 1 -> {
        if (SYSTEMS.contains(system)) {
          yield new Platform(system, host().architecture(), "");
        }
        if (!ARCHITECTURES.contains(architecture(first))) {
          throw invalid("\"" + text + "\": unknown operating system or architecture");
        }
        yield new Platform(host().os(), architecture(first), "");
      }
      case 2 -> new Platform(system, architecture(parts[1]), "");
      case 3 -> new Platform(system, architecture(parts[1]), parts[2].toLowerCase(Locale.ROOT));
      default -> throw invalid("\"" + text + "\": cannot parse platform specifier");
    };
  }

  private static EngineException invalid(String message) {
    return new EngineException.InvalidParameter(message + ": invalid argument");
  }

  /**
   * Refuses an image that is not for the platform asked for.
   *
   * @param reference what the user calls the image
   * @param platform empty for any
   * @throws EngineException.InvalidParameter if it is none
   * @throws EngineException.NotFound in dockerd's words
   */
  public static void require(Image image, String reference, String platform) {
    if (platform.isEmpty()) {
      return;
    }
    Platform wanted = specified(platform);
    Platform actual = of(image);
    if (!runs(wanted, actual)) {
      throw new EngineException.NotFound(
          ("image with reference %s was found but does not match the specified platform: wanted"
                  + " %s, actual: %s")
              .formatted(reference, format(wanted), format(actual)));
    }
  }

  /** dockerd's warning to whoever runs an image that is for another platform, without asking. */
  public static Optional<String> warning(Image image) {
    Platform host = host();
    Platform actual = of(image);
    return runs(host, actual)
        ? Optional.empty()
        : Optional.of(
            "The requested image's platform (%s) does not match the detected host platform (%s)"
                    .formatted(format(actual), format(host))
                + " and no specific platform was requested");
  }

  private static Platform of(Image image) {
    String variant = image.variant();
    return new Platform(image.os(), image.architecture(), variant == null ? "" : variant);
  }

  private static String format(Platform platform) {
    String name = platform.os() + "/" + platform.architecture();
    return platform.variant().isEmpty() ? name : name + "/" + platform.variant();
  }

  /**
   * Whether a platform runs what was made for another: lower variants, an image that names none,
   * and on 64 bits the same family's 32.
   */
  static boolean runs(Platform platform, Platform image) {
    if (!platform.os().equals(image.os())) {
      return false;
    }
    String own = platform.architecture();
    String other = architecture(image.architecture());
    if (own.equals(other)) {
      return image.variant().isEmpty() || !isAbove(variant(image), variant(platform));
    }
    return switch (own) {
      case AMD64 -> other.equals("386");
      case ARM64 -> other.equals(ARM) && !isAbove(variant(image), variant(platform));
      default -> false;
    };
  }

  /** Whether a variant, {@code v} and a number, is higher; of other words any other one is. */
  private static boolean isAbove(String variant, String most) {
    boolean ordered = variant.matches("v\\d") && most.matches("v\\d");
    return ordered ? variant.compareTo(most) > 0 : !variant.equals(most);
  }

  private static String variant(Platform platform) {
    String named = platform.variant();
    if (named.isEmpty()) {
      return FIRST.getOrDefault(platform.architecture(), "");
    }
    return named.startsWith("v") ? named : "v" + named;
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
      case "x86_64", "x86-64" -> AMD64;
      case "aarch64" -> ARM64;
      case "i386", "i686" -> "386";
      default -> name.toLowerCase(Locale.ROOT);
    };
  }
}
