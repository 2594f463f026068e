package dev.wherry.engine.layer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wherry.engine.content.Digest;
import java.util.ArrayList;
import java.util.List;

/** Identities of stacks of layers (OCI image-spec, config.md, "Layer ChainID"). */
public final class ChainIds {
  private ChainIds() {}

  /** For each layer, lowest first, the identity of it with all below it. */
  public static List<String> of(List<Digest> diffIds) {
    List<String> chains = new ArrayList<>();
    for (Digest diffId : diffIds) {
      chains.add(
          chains.isEmpty()
              ? diffId.toString()
              : Digest.sha256((chains.getLast() + " " + diffId).getBytes(UTF_8)).toString());
    }
    return List.copyOf(chains);
  }
}
