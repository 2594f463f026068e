package dev.wherry.engine.network;

import java.net.InetAddress;

/**
 * A port of the host that leads to a port of a container.
 *
 * @param hostIp unspecified for every address of its family
 * @param containerIp of the same family
 */
record PublishedPort(
    Protocol protocol,
    InetAddress hostIp,
    int hostPort,
    InetAddress containerIp,
    int containerPort) {}
