package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of a container's {@code --security-opt} words, {@code key=value} or the older {@code
 * key:value}.
 *
 * @param noNewPrivileges whether execve(2) may never give more privileges (prctl(2))
 * @param seccomp the content of a profile, {@code unconfined}, or {@code null} for the default
 * @param appArmorProfile {@code null} if none was asked for
 * @param labels SELinux labels
 */
public record SecurityWords(
    boolean noNewPrivileges,
    @Nullable String seccomp,
    @Nullable String appArmorProfile,
    List<String> labels) {

  public static final String UNCONFINED = "unconfined";

  /** The engine's own profile, asked for by name. */
  public static final String BUILTIN = "builtin";

  /**
   * Reads the words.
   *
   * @throws EngineException.InvalidParameter naming a word that means nothing
   */
  public static SecurityWords parse(List<String> words, boolean noNewPrivilegesByDefault) {
    boolean noNewPrivileges = noNewPrivilegesByDefault;
    String seccomp = null;
    String appArmor = null;
    List<String> labels = new java.util.ArrayList<>();
    for (String word : words) {
      if (word.equals("no-new-privileges")) {
        noNewPrivileges = true;
        continue;
      }
      if (word.equals("disable")) {
        labels.add(word);
        continue;
      }
      int cut = separator(word);
      if (cut < 0) {
        throw new EngineException.InvalidParameter("invalid --security-opt 1: \"" + word + "\"");
      }
      String value = word.substring(cut + 1);
      switch (word.substring(0, cut)) {
        case "label" -> labels.add(value);
        case "apparmor" -> appArmor = value;
        case "seccomp" -> seccomp = value;
        case "no-new-privileges" -> noNewPrivileges = bool(word, value);
        default ->
            throw new EngineException.InvalidParameter(
                "invalid --security-opt 2: \"" + word + "\"");
      }
    }
    return new SecurityWords(noNewPrivileges, seccomp, appArmor, List.copyOf(labels));
  }

  /** The first {@code =}, or the first {@code :} where there is none. */
  private static int separator(String word) {
    int equals = word.indexOf('=');
    return equals >= 0 ? equals : word.indexOf(':');
  }

  private static boolean bool(String word, String value) {
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw new EngineException.InvalidParameter("invalid --security-opt 2: \"" + word + "\"");
    };
  }
}
