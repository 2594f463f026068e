package dev.wherry.verticles.network;

import dev.wherry.engine.network.Network;
import dev.wherry.engine.network.NetworkManager.NetworkSpec;
import io.vertx.core.Future;
import java.util.List;

/** What can be asked of networks. Reads answer from memory at once. */
public interface Networks {

  List<Network> list();

  /** As {@link dev.wherry.engine.network.NetworkManager#get}. */
  Network get(String ref);

  Future<Network> create(NetworkSpec spec);

  Future<Void> remove(String ref);
}
