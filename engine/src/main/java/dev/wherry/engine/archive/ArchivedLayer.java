package dev.wherry.engine.archive;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.layer.PendingLayer;

/** A layer that an archive speaks of. */
public sealed interface ArchivedLayer {

  /** It was there and is unpacked now. */
  record Unpacked(PendingLayer layer) implements ArchivedLayer {}

  /** It was there, is what its name says, and is in the store already. */
  record Known(Digest diffId) implements ArchivedLayer {}

  /** It was not there, or it could not be used. */
  record Unusable(String reason) implements ArchivedLayer {}
}
