package dev.wherry.engine.tar;

import java.io.IOException;

/** What was read is no tar archive, is cut off, or goes beyond a limit; the message says which. */
public class TarFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  /** The text that Docker's clients know for an archive that ends too early. */
  static final String TRUNCATED = "unexpected EOF";

  public TarFormatException(String message) {
    super(message);
  }
}
