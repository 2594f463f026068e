package dev.wherry.engine.network;

/**
 * A network as it is kept on disk.
 *
 * @param userSubnets whether its subnets were named by a user, who may then name addresses too
 * @param ownsBridge whether we made its bridge, and remove it with the network
 */
record StoredNetwork(Network network, boolean userSubnets, boolean ownsBridge) {}
