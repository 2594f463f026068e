package dev.wherry.engine.registry;

import java.io.IOException;

/** A registry wants a password and there is none. */
final class NoCredentials extends IOException {
  static final String TEXT = "no basic auth credentials";
  private static final long serialVersionUID = 1L;

  NoCredentials() {
    super(TEXT);
  }

  /** The same, said of what was asked for when it came up. */
  NoCredentials(String during, NoCredentials cause) {
    super(during + ": " + TEXT, cause);
  }
}
