package dev.wherry.engine.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Faults of OCI runtimes through which a container gets out, and the versions that mend them. */
public final class RuntimeAdvisories {
  private static final Pattern VERSION =
      Pattern.compile("^(runc|crun)(?: version)? (\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4}))?.*");

  /** In each line of releases the first one that is mended; later lines are. */
  private record Advisory(String runtime, String name, List<int[]> mended) {}

  private static final List<Advisory> KNOWN =
      List.of(
          new Advisory("runc", "CVE-2024-21626", List.of(new int[] {1, 1, 12})),
          new Advisory(
              "runc",
              "CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881",
              List.of(new int[] {1, 2, 8}, new int[] {1, 3, 3}, new int[] {1, 4, 0})),
          new Advisory("crun", "CVE-2025-24965", List.of(new int[] {1, 20, 0})));

  private RuntimeAdvisories() {}

  /**
   * What to warn of.
   *
   * @param line the first line that a runtime says of its version
   */
  public static List<String> warnings(String line) {
    Matcher version = VERSION.matcher(line);
    List<String> warnings = new ArrayList<>();
    if (!version.matches()) {
      return warnings;
    }
    int[] own = {
      Integer.parseInt(version.group(2)),
      Integer.parseInt(version.group(3)),
      version.group(4) == null ? 0 : Integer.parseInt(version.group(4))
    };
    String text = own[0] + "." + own[1] + "." + own[2];
    for (Advisory advisory : KNOWN) {
      if (advisory.runtime().equals(version.group(1)) && isBefore(own, advisory.mended())) {
        int[] first = advisory.mended().getFirst();
        warnings.add(
            "WARNING: %s %s is older than %d.%d.%d, which mends %s: update it, unless your distribution has mended it"
                .formatted(
                    advisory.runtime(), text, first[0], first[1], first[2], advisory.name()));
      }
    }
    return warnings;
  }

  private static boolean isBefore(int[] own, List<int[]> mended) {
    for (int[] version : mended) {
      if (own[0] == version[0] && own[1] == version[1]) {
        return own[2] < version[2];
      }
    }
    int[] first = mended.getFirst();
    return own[0] < first[0] || (own[0] == first[0] && own[1] < first[1]);
  }
}
