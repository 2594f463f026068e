package dev.wherry.engine.launch;

import dev.wherry.engine.container.HostConfig.SecurityOptions;
import dev.wherry.engine.error.EngineException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which capabilities a container gets (capabilities(7)), by dockerd's rules. */
public final class Capabilities {
  /** All that the kernel knows, by number. */
  private static final List<String> BY_NUMBER =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_DAC_READ_SEARCH",
          "CAP_FOWNER",
          "CAP_FSETID",
          "CAP_KILL",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETPCAP",
          "CAP_LINUX_IMMUTABLE",
          "CAP_NET_BIND_SERVICE",
          "CAP_NET_BROADCAST",
          "CAP_NET_ADMIN",
          "CAP_NET_RAW",
          "CAP_IPC_LOCK",
          "CAP_IPC_OWNER",
          "CAP_SYS_MODULE",
          "CAP_SYS_RAWIO",
          "CAP_SYS_CHROOT",
          "CAP_SYS_PTRACE",
          "CAP_SYS_PACCT",
          "CAP_SYS_ADMIN",
          "CAP_SYS_BOOT",
          "CAP_SYS_NICE",
          "CAP_SYS_RESOURCE",
          "CAP_SYS_TIME",
          "CAP_SYS_TTY_CONFIG",
          "CAP_MKNOD",
          "CAP_LEASE",
          "CAP_AUDIT_WRITE",
          "CAP_AUDIT_CONTROL",
          "CAP_SETFCAP",
          "CAP_MAC_OVERRIDE",
          "CAP_MAC_ADMIN",
          "CAP_SYSLOG",
          "CAP_WAKE_ALARM",
          "CAP_BLOCK_SUSPEND",
          "CAP_AUDIT_READ",
          "CAP_PERFMON",
          "CAP_BPF",
          "CAP_CHECKPOINT_RESTORE");

  /** What an ordinary container has. */
  public static final List<String> DEFAULT =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_FSETID",
          "CAP_FOWNER",
          "CAP_MKNOD",
          "CAP_NET_RAW",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETFCAP",
          "CAP_SETPCAP",
          "CAP_NET_BIND_SERVICE",
          "CAP_SYS_CHROOT",
          "CAP_KILL",
          "CAP_AUDIT_WRITE");

  private static final String ALL = "ALL";

  private Capabilities() {}

  /**
   * The names in a mask as {@code /proc/PID/status} shows it.
   *
   * @param hex for example {@code 000001ffffffffff}
   */
  public static Set<String> fromMask(String hex) {
    long mask = Long.parseUnsignedLong(hex.strip(), 16);
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < BY_NUMBER.size(); i++) {
      if ((mask >>> i & 1) == 1) {
        names.add(BY_NUMBER.get(i));
      }
    }
    return names;
  }

  /**
   * The capabilities of a container.
   *
   * @param available our own bounding set: {@code ALL} and {@code privileged} mean these, because
   *     nobody can give more than he has
   * @throws EngineException.InvalidParameter for a name that the kernel does not know or we do not
   *     have
   */
  public static List<String> of(SecurityOptions security, Set<String> available) {
    Set<String> add = normalized("CapAdd", security.capAdd(), available);
    Set<String> drop = normalized("CapDrop", security.capDrop(), available);
    if (security.privileged()) {
      return all(available);
    }
    List<String> result = new ArrayList<>();
    if (add.contains(ALL)) {
      result.addAll(all(available));
      result.removeAll(drop);
    } else if (drop.contains(ALL)) {
      result.addAll(add);
    } else {
      result.addAll(DEFAULT);
      result.removeAll(drop);
      add.stream().filter(name -> !result.contains(name)).forEach(result::add);
    }
    return result;
  }

  /** Every capability we can give. */
  public static List<String> all(Set<String> available) {
    return BY_NUMBER.stream().filter(available::contains).toList();
  }

  private static Set<String> normalized(String member, List<String> names, Set<String> available) {
    Set<String> result = new LinkedHashSet<>();
    for (String name : names) {
      String upper = name.strip().toUpperCase(Locale.ROOT);
      if (upper.equals(ALL)) {
        result.add(ALL);
        continue;
      }
      String full = upper.startsWith("CAP_") ? upper : "CAP_" + upper;
      if (!BY_NUMBER.contains(full)) {
        throw new EngineException.InvalidParameter(
            "invalid %s: unknown capability: \"%s\"".formatted(member, full));
      }
      if (!available.contains(full)) {
        throw new EngineException.InvalidParameter(
            "invalid %s: capability not supported by your kernel or not available in the current environment: \"%s\""
                .formatted(member, full));
      }
      result.add(full);
    }
    return result;
  }
}
