package dev.wherry.verticles.network;

import dev.wherry.engine.network.NetworkManager;
import dev.wherry.verticles.bus.Addresses;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.Commands;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Networks. Their changes are serialised by the manager itself. */
public final class NetworkVerticle extends VerticleBase {
  private final NetworkManager manager;
  private final Blocking kernel;

  public NetworkVerticle(NetworkManager manager, Blocking kernel) {
    this.manager = manager;
    this.kernel = kernel;
  }

  @Override
  public Future<?> start() {
    Commands.serve(vertx, Addresses.NETWORK, NetworkCommand.class, this::answer);
    return Future.succeededFuture();
  }

  private Future<?> answer(NetworkCommand<?> command) {
    return switch (command) {
      case NetworkCommand.Create create -> kernel.call(() -> manager.create(create.spec()));
      case NetworkCommand.Remove remove -> kernel.run(() -> manager.remove(remove.ref()));
    };
  }
}
