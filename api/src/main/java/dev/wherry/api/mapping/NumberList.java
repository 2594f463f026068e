package dev.wherry.api.mapping;

import java.util.ArrayList;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sets of small numbers in the kernel's list format, such as {@code 0-2,4} (cpuset(7)). */
public final class NumberList {
  private static final Pattern FORM =
      Pattern.compile("\\d{1,4}(?:-\\d{1,4})?(?:,\\d{1,4}(?:-\\d{1,4})?)*");

  /** The largest number a list can have, as in dockerd. */
  public static final int MAX = 8192;

  private static final Pattern LARGE_FORM =
      Pattern.compile("\\d{1,18}(?:-\\d{1,18})?(?:,\\d{1,18}(?:-\\d{1,18})?)*");

  private NumberList() {}

  /** Whether a text would be a list but for the size of its numbers. */
  public static boolean isTooLarge(String text) {
    return LARGE_FORM.matcher(text).matches()
        && Pattern.compile("\\D")
            .splitAsStream(text)
            .anyMatch(number -> Long.parseLong(number) > MAX);
  }

  /** The numbers of a list, {@code null} if the text is none. */
  public static @Nullable SortedSet<Integer> parse(String text) {
    if (!FORM.matcher(text).matches()) {
      return null;
    }
    var numbers = new TreeSet<Integer>();
    for (String part : text.split(",", -1)) {
      int dash = part.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
      int last = Integer.parseInt(part.substring(dash + 1));
      if (last < first) {
        return null;
      }
      for (int number = first; number <= last; number++) {
        numbers.add(number);
      }
    }
    return numbers;
  }

  /** The list of a set of numbers. */
  public static String format(SortedSet<Integer> numbers) {
    var parts = new ArrayList<String>();
    int first = -2;
    int last = -2;
    for (int number : numbers) {
      if (number == last + 1) {
        last = number;
        parts.set(parts.size() - 1, first + "-" + last);
      } else {
        first = number;
        last = number;
        parts.add(Integer.toString(number));
      }
    }
    return String.join(",", parts);
  }
}
