package dev.wherry.engine.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of {@code /proc/PID/mountinfo}, proc(5).
 *
 * @param root the directory of the file system that is the root of this mount; for a pinned
 *     namespace its name, such as {@code net:[4026531840]}
 * @param options of the mount
 * @param optionalFields such as {@code shared:2} and {@code master:1}
 * @param superOptions of the file system
 */
public record MountInfo(
    int id,
    int parentId,
    FileStat.Device device,
    String root,
    String mountPoint,
    List<String> options,
    List<String> optionalFields,
    String fsType,
    String source,
    List<String> superOptions) {

  /**
   * Reads one line.
   *
   * @throws IllegalArgumentException if it is not such a line
   */
  public static MountInfo parse(String line) {
    List<String> fields = List.of(line.split(" "));
    int separator = fields.indexOf("-");
    if (separator < 6 || fields.size() < separator + 4) {
      throw new IllegalArgumentException("not a line of mountinfo: " + line);
    }
    String[] device = fields.get(2).split(":");
    return new MountInfo(
        Integer.parseInt(fields.get(0)),
        Integer.parseInt(fields.get(1)),
        new FileStat.Device(Integer.parseInt(device[0]), Integer.parseInt(device[1])),
        unescape(fields.get(3)),
        unescape(fields.get(4)),
        List.of(fields.get(5).split(",")),
        fields.subList(6, separator),
        fields.get(separator + 1),
        unescape(fields.get(separator + 2)),
        List.of(fields.get(separator + 3).split(",")));
  }

  /** Reads the whole file, in its order: a later mount on the same point hides an earlier one. */
  public static List<MountInfo> parseAll(List<String> lines) {
    List<MountInfo> mounts = new ArrayList<>(lines.size());
    for (String line : lines) {
      mounts.add(parse(line));
    }
    return List.copyOf(mounts);
  }

  /** Blank, tab, newline and backslash are written as a backslash and three octal digits. */
  private static String unescape(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    StringBuilder text = new StringBuilder(field.length());
    int i = 0;
    while (i < field.length()) {
      char c = field.charAt(i);
      if (c == '\\' && i + 3 < field.length()) {
        text.append((char) Integer.parseInt(field, i + 1, i + 4, 8));
        i += 4;
      } else {
        text.append(c);
        i++;
      }
    }
    return text.toString();
  }
}
