package dev.wherry.engine.network;

import com.fasterxml.jackson.annotation.JsonAlias;

/**
 * A network as it is kept on disk.
 *
 * @param userSubnets whether its subnets were named by a user, who may then name addresses too
 * @param ownsLink whether we made its bridge, or the link that its containers' stand on, and remove
 *     it with the network
 */
record StoredNetwork(
    Network network, boolean userSubnets, @JsonAlias("ownsBridge") boolean ownsLink) {}
