package dev.wherry.engine.launch;

import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.error.EngineException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Mount options of a tmpfs (tmpfs(5), mount(8)): which there are, and which of two wins. */
public final class TmpfsOptions {
  private static final List<String> DEFAULTS = List.of("noexec", "nosuid", "nodev", "rprivate");

  /** Options that set or clear the same flag have the same key. */
  private static final Map<String, String> FLAGS =
      Map.ofEntries(
          Map.entry("ro", "ro"),
          Map.entry("rw", "ro"),
          Map.entry("exec", "exec"),
          Map.entry("noexec", "exec"),
          Map.entry("suid", "suid"),
          Map.entry("nosuid", "suid"),
          Map.entry("dev", "dev"),
          Map.entry("nodev", "dev"),
          Map.entry("sync", "sync"),
          Map.entry("async", "sync"),
          Map.entry("dirsync", "dirsync"),
          Map.entry("mand", "mand"),
          Map.entry("nomand", "mand"),
          Map.entry("atime", "atime"),
          Map.entry("noatime", "atime"),
          Map.entry("diratime", "diratime"),
          Map.entry("nodiratime", "diratime"),
          Map.entry("relatime", "relatime"),
          Map.entry("norelatime", "relatime"),
          Map.entry("strictatime", "strictatime"),
          Map.entry("nostrictatime", "strictatime"),
          Map.entry("private", "propagation"),
          Map.entry("rprivate", "propagation"),
          Map.entry("shared", "propagation"),
          Map.entry("rshared", "propagation"),
          Map.entry("slave", "propagation"),
          Map.entry("rslave", "propagation"),
          Map.entry("unbindable", "propagation"),
          Map.entry("runbindable", "propagation"));

  private static final Set<String> VALUES =
      Set.of("size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol");

  private TmpfsOptions() {}

  /**
   * The engine's defaults with the user's words on top: of two words on the same matter the last
   * one holds.
   *
   * @param words separated by commas, empty for none
   * @throws EngineException.InvalidParameter for a word that is no option of a tmpfs
   */
  public static List<String> merge(String words) {
    List<String> all = new ArrayList<>(DEFAULTS);
    if (!words.isEmpty()) {
      all.addAll(List.of(words.split(",", -1)));
    }
    Deque<String> kept = new ArrayDeque<>();
    Set<String> seen = new HashSet<>();
    for (int i = all.size() - 1; i >= 0; i--) {
      String word = all.get(i);
      String key = key(word);
      if (key == null) {
        throw new EngineException.InvalidParameter(
            "invalid tmpfs option [\"" + word.replaceFirst("=", "\" \"") + "\"]");
      }
      if (seen.add(key)) {
        kept.addFirst(word);
      }
    }
    return List.copyOf(kept);
  }

  /** The words for the options of a {@code Mounts} entry. */
  static String text(MountSpec.TmpfsOptions options, boolean readOnly) {
    List<String> words = new ArrayList<>();
    if (options.mode() != null && options.mode() != 0) {
      words.add("mode=" + Integer.toOctalString(options.mode()));
    }
    if (options.sizeBytes() != 0) {
      words.add("size=" + options.sizeBytes());
    }
    if (readOnly) {
      words.add("ro");
    }
    if (options.options() != null) {
      options.options().forEach(option -> words.add(String.join("=", option)));
    }
    return String.join(",", words);
  }

  private static @Nullable String key(String word) {
    int equals = word.indexOf('=');
    if (equals < 0) {
      return FLAGS.get(word);
    }
    String name = word.substring(0, equals);
    return VALUES.contains(name) && equals < word.length() - 1 ? name : null;
  }
}
