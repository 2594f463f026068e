package dev.wherry.engine.store;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Identifiers as clients know them from dockerd. */
public final class Ids {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 32;
  private static final int SHORT_LENGTH = 12;

  private Ids() {}

  /**
   * A new identifier: 64 lower-case hexadecimal digits, of which the short form is not a number, so
   * that it can serve as a host name (RFC 1123, section 2.1).
   */
  public static String random() {
    byte[] bytes = new byte[BYTES];
    String id;
    do {
      RANDOM.nextBytes(bytes);
      id = HexFormat.of().formatHex(bytes);
    } while (shortened(id).chars().allMatch(Character::isDigit));
    return id;
  }

  /** The first twelve digits, which is how clients show an id. */
  public static String shortened(String id) {
    return id.length() <= SHORT_LENGTH ? id : id.substring(0, SHORT_LENGTH);
  }
}
