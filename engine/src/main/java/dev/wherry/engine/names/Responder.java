package dev.wherry.engine.names;

import dev.wherry.engine.linux.Fd;

/** Answers the queries that come in at sockets. */
public interface Responder {

  /**
   * Takes over the sockets of a sandbox; returns at once.
   *
   * @param udp bound
   * @param tcp listening
   */
  void answer(Resolver resolver, Fd udp, Fd tcp);

  /** Closes them, and all else that was opened for the sandbox; returns at once. */
  void stop(String sandboxId);
}
