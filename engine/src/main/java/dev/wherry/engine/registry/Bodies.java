package dev.wherry.engine.registry;

import java.io.IOException;

/** Bodies that are small, or else refused. */
final class Bodies {
  private Bodies() {}

  /**
   * Reads a whole body.
   *
   * @param what it is, for the error
   * @throws IOException if it is longer than it may be
   */
  static byte[] read(RegistryHttp.Answer answer, int limit, String what) throws IOException {
    byte[] body = answer.body().readNBytes(limit + 1);
    if (body.length > limit) {
      throw new IOException("the registry sent a " + what + " of more than " + limit + " bytes");
    }
    return body;
  }
}
