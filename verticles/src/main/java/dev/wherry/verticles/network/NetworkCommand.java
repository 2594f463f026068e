package dev.wherry.verticles.network;

import dev.wherry.engine.network.Network;
import dev.wherry.engine.network.NetworkManager.NetworkSpec;
import dev.wherry.verticles.bus.Command;

/** What {@link NetworkVerticle} is asked. */
sealed interface NetworkCommand<R> extends Command<R> {

  record Create(NetworkSpec spec) implements NetworkCommand<Network> {}

  record Remove(String ref) implements NetworkCommand<Void> {}
}
