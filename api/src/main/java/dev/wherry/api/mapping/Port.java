package dev.wherry.api.mapping;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A container's port with its protocol, such as {@code 80/tcp}. */
public record Port(int number, String protocol) {
  private static final Pattern DIGITS = Pattern.compile("\\d{1,5}");
  private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");
  private static final int LAST = 65535;

  /** Reads a name the engine has checked. */
  public static Port of(String name) {
    int slash = name.indexOf('/');
    return new Port(Integer.parseInt(name.substring(0, slash)), name.substring(slash + 1));
  }

  /** The number in front of a slash. */
  public static String numberPart(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }

  /** The protocol after a slash in lower case, {@code tcp} if there is none. */
  public static String protocolPart(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? "tcp" : name.substring(slash + 1).toLowerCase(Locale.ROOT);
  }

  /** Whether the API has the protocol. */
  public static boolean isProtocol(String name) {
    return PROTOCOLS.contains(name);
  }

  /** A port number, {@code null} if the text is none; 0 is one. */
  public static @Nullable Integer number(String text) {
    if (!DIGITS.matcher(text).matches()) {
      return null;
    }
    int number = Integer.parseInt(text);
    return number > LAST ? null : number;
  }

  /** The first and last number of {@code a-b} or {@code a}, {@code null} if the text is neither. */
  public static int @Nullable [] range(String text) {
    int dash = text.indexOf('-');
    Integer first = number(dash < 0 ? text : text.substring(0, dash));
    Integer last = number(text.substring(dash + 1));
    if (first == null || last == null || last < first) {
      return null;
    }
    return new int[] {first, last};
  }

  /**
   * The ports of a name such as {@code 80}, {@code 53/UDP} or {@code 8000-8003/tcp}, checked
   * before.
   */
  public static List<String> expand(String name) {
    int[] range = range(numberPart(name));
    if (range == null) {
      throw new IllegalArgumentException(name);
    }
    String protocol = protocolPart(name);
    return IntStream.rangeClosed(range[0], range[1])
        .mapToObj(number -> number + "/" + protocol)
        .toList();
  }

  @Override
  public String toString() {
    return number + "/" + protocol;
  }
}
