package dev.wherry.verticles.network;

import dev.wherry.engine.network.Network;
import dev.wherry.engine.network.NetworkManager;
import dev.wherry.engine.network.NetworkManager.NetworkSpec;
import dev.wherry.verticles.bus.Addresses;
import dev.wherry.verticles.bus.Commands;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/** Asks {@link NetworkVerticle}; reads go straight to the manager's memory. */
public final class NetworkClient implements Networks {
  private final Vertx vertx;
  private final NetworkManager manager;

  public NetworkClient(Vertx vertx, NetworkManager manager) {
    this.vertx = vertx;
    this.manager = manager;
  }

  @Override
  public List<Network> list() {
    return manager.list();
  }

  @Override
  public Network get(String ref) {
    return manager.get(ref);
  }

  @Override
  public Future<Network> create(NetworkSpec spec) {
    return Commands.ask(vertx, Addresses.NETWORK, new NetworkCommand.Create(spec));
  }

  @Override
  public Future<Void> remove(String ref) {
    return Commands.ask(vertx, Addresses.NETWORK, new NetworkCommand.Remove(ref));
  }
}
