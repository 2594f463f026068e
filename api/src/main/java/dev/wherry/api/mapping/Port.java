package dev.wherry.api.mapping;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A container's port with its protocol, such as {@code 80/tcp}. */
record Port(int number, String protocol) {
  private static final Pattern DIGITS = Pattern.compile("\\d{1,5}");
  private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");
  private static final int LAST = 65535;

  /** Reads a name the engine has checked. */
  static Port of(String name) {
    int slash = name.indexOf('/');
    return new Port(Integer.parseInt(name.substring(0, slash)), name.substring(slash + 1));
  }

  /** The number in front of a slash. */
  static String numberPart(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }

  /** The protocol after a slash in lower case, {@code tcp} if there is none. */
  static String protocolPart(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? "tcp" : name.substring(slash + 1).toLowerCase(Locale.ROOT);
  }

  /** Whether the API has the protocol. */
  static boolean isProtocol(String name) {
    return PROTOCOLS.contains(name);
  }

  /** A port number, {@code null} if the text is none; 0 is one. */
  static @Nullable Integer number(String text) {
    if (!DIGITS.matcher(text).matches()) {
      return null;
    }
    int number = Integer.parseInt(text);
    return number > LAST ? null : number;
  }

  /** The first and last number of {@code a-b} or {@code a}, {@code null} if the text is neither. */
  static int @Nullable [] range(String text) {
    int dash = text.indexOf('-');
    Integer first = number(dash < 0 ? text : text.substring(0, dash));
    Integer last = number(text.substring(dash + 1));
    if (first == null || last == null || last < first) {
      return null;
    }
    return new int[] {first, last};
  }

  @Override
  public String toString() {
    return number + "/" + protocol;
  }
}
