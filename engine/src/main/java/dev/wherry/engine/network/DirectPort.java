package dev.wherry.engine.network;

import java.net.InetAddress;

/**
 * A port that is reached at the container's own address: by everybody where the network is routed,
 * elsewhere by way of the links that the network trusts.
 */
record DirectPort(Protocol protocol, InetAddress containerIp, int containerPort)
    implements PortRule {}
