package dev.wherry.engine.files;

import dev.wherry.engine.tar.TarFormatException;

/** An archive's file belongs to somebody whom containers do not know. */
public final class UnmappedOwnerException extends TarFormatException {
  private static final long serialVersionUID = 1;

  UnmappedOwnerException(long id) {
    super("Container ID " + id + " cannot be mapped to a host ID");
  }
}
