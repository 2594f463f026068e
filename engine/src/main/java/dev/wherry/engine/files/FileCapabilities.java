package dev.wherry.engine.files;

import java.util.Arrays;

/**
 * The extended attribute of file capabilities, capabilities(7). One that was set in a user
 * namespace names whose root it is good for (its version 3), which says nothing anywhere else:
 * archives have it without (version 2).
 */
final class FileCapabilities {
  static final String ATTRIBUTE = "security.capability";

  /** Where the number of the version is, the last of four bytes. */
  private static final int VERSION = 3;

  private static final int WITHOUT_ROOT = 2;
  private static final int WITH_ROOT = 3;
  private static final int LENGTH_WITHOUT_ROOT = 20;

  private FileCapabilities() {}

  /** The value to archive of any attribute. */
  static byte[] archived(String attribute, byte[] value) {
    if (!attribute.equals(ATTRIBUTE)
        || value.length <= LENGTH_WITHOUT_ROOT
        || value[VERSION] != WITH_ROOT) {
      return value;
    }
    byte[] plain = Arrays.copyOf(value, LENGTH_WITHOUT_ROOT);
    plain[VERSION] = WITHOUT_ROOT;
    return plain;
  }
}
