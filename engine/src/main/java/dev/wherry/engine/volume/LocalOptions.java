package dev.wherry.engine.volume;

import static dev.wherry.engine.linux.MountFlags.MS_BIND;
import static dev.wherry.engine.linux.MountFlags.MS_DIRSYNC;
import static dev.wherry.engine.linux.MountFlags.MS_MANDLOCK;
import static dev.wherry.engine.linux.MountFlags.MS_NOATIME;
import static dev.wherry.engine.linux.MountFlags.MS_NODEV;
import static dev.wherry.engine.linux.MountFlags.MS_NODIRATIME;
import static dev.wherry.engine.linux.MountFlags.MS_NOEXEC;
import static dev.wherry.engine.linux.MountFlags.MS_NOSUID;
import static dev.wherry.engine.linux.MountFlags.MS_PRIVATE;
import static dev.wherry.engine.linux.MountFlags.MS_RDONLY;
import static dev.wherry.engine.linux.MountFlags.MS_REC;
import static dev.wherry.engine.linux.MountFlags.MS_RELATIME;
import static dev.wherry.engine.linux.MountFlags.MS_REMOUNT;
import static dev.wherry.engine.linux.MountFlags.MS_SHARED;
import static dev.wherry.engine.linux.MountFlags.MS_SLAVE;
import static dev.wherry.engine.linux.MountFlags.MS_STRICTATIME;
import static dev.wherry.engine.linux.MountFlags.MS_SYNCHRONOUS;
import static dev.wherry.engine.linux.MountFlags.MS_UNBINDABLE;

import dev.wherry.engine.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the options {@code type}, {@code device} and {@code o} of a volume make: a mount, mount(8).
 *
 * @param flags of mount(2)
 * @param propagation flags that a call of its own sets, 0 for none
 * @param data the file system's own options
 */
record LocalOptions(String device, String type, long flags, long propagation, String data) {
  private static final String TYPE = "type";
  private static final String DEVICE = "device";
  private static final String OPTIONS = "o";

  /** What each of them needs besides itself, as dockerd has it. */
  private static final Map<String, List<String>> NEEDS =
      Map.of(
          TYPE,
          List.of(DEVICE),
          DEVICE,
          List.of(TYPE),
          OPTIONS,
          List.of(DEVICE, TYPE),
          "size",
          List.of());

  private static final Map<String, Long> FLAGS =
      Map.ofEntries(
          Map.entry("ro", MS_RDONLY),
          Map.entry("nosuid", MS_NOSUID),
          Map.entry("nodev", MS_NODEV),
          Map.entry("noexec", MS_NOEXEC),
          Map.entry("sync", MS_SYNCHRONOUS),
          Map.entry("dirsync", MS_DIRSYNC),
          Map.entry("remount", MS_REMOUNT),
          Map.entry("mand", MS_MANDLOCK),
          Map.entry("noatime", MS_NOATIME),
          Map.entry("nodiratime", MS_NODIRATIME),
          Map.entry("bind", MS_BIND),
          Map.entry("rbind", MS_BIND | MS_REC),
          Map.entry("relatime", MS_RELATIME),
          Map.entry("strictatime", MS_STRICTATIME));

  private static final Map<String, Long> CLEARED =
      Map.ofEntries(
          Map.entry("defaults", 0L),
          Map.entry("rw", MS_RDONLY),
          Map.entry("suid", MS_NOSUID),
          Map.entry("dev", MS_NODEV),
          Map.entry("exec", MS_NOEXEC),
          Map.entry("async", MS_SYNCHRONOUS),
          Map.entry("nomand", MS_MANDLOCK),
          Map.entry("atime", MS_NOATIME),
          Map.entry("diratime", MS_NODIRATIME),
          Map.entry("norelatime", MS_RELATIME),
          Map.entry("nostrictatime", MS_STRICTATIME));

  private static final Map<String, Long> PROPAGATION =
      Map.of(
          "unbindable",
          MS_UNBINDABLE,
          "runbindable",
          MS_UNBINDABLE | MS_REC,
          "private",
          MS_PRIVATE,
          "rprivate",
          MS_PRIVATE | MS_REC,
          "shared",
          MS_SHARED,
          "rshared",
          MS_SHARED | MS_REC,
          "slave",
          MS_SLAVE,
          "rslave",
          MS_SLAVE | MS_REC);

  /**
   * Checks a volume's options.
   *
   * @throws EngineException.InvalidParameter with dockerd's text
   */
  static void check(String volume, Map<String, String> options) {
    for (String option : options.keySet()) {
      if (!NEEDS.containsKey(option)) {
        throw refused(volume, "invalid option: \"" + option + '"');
      }
    }
    for (String option : options.keySet()) {
      for (String needed : NEEDS.getOrDefault(option, List.of())) {
        if (!options.containsKey(needed)) {
          throw refused(volume, "missing required option: \"" + needed + '"');
        }
      }
    }
    if (options.containsKey("size")) {
      throw refused(volume, "quota size requested but no quota support");
    }
  }

  private static EngineException refused(String volume, String why) {
    return new EngineException.InvalidParameter("create " + volume + ": " + why);
  }

  /** The mount that options ask for, which have passed {@link #check}. */
  static LocalOptions of(Map<String, String> options) {
    long flags = 0;
    long propagation = 0;
    List<String> data = new ArrayList<>();
    for (String word : options.getOrDefault(OPTIONS, "").split(",")) {
      if (FLAGS.containsKey(word)) {
        flags |= FLAGS.get(word);
      } else if (CLEARED.containsKey(word)) {
        flags &= ~CLEARED.get(word);
      } else if (PROPAGATION.containsKey(word)) {
        propagation |= PROPAGATION.get(word);
      } else if (!word.isEmpty()) {
        data.add(word);
      }
    }
    return new LocalOptions(
        options.getOrDefault(DEVICE, ""),
        options.getOrDefault(TYPE, ""),
        flags,
        propagation,
        String.join(",", data));
  }

  boolean isBind() {
    return (flags & MS_BIND) != 0;
  }

  boolean isReadOnly() {
    return (flags & MS_RDONLY) != 0;
  }

  /** Whether the server of a network file system may be given by name, which the kernel can't. */
  boolean hasServer() {
    return type.equals("nfs") || type.equals("cifs");
  }
}
