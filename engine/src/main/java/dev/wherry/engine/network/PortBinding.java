package dev.wherry.engine.network;

/**
 * A host address a container's port is published on.
 *
 * @param hostIp empty for all addresses
 * @param hostPort a port, a range {@code a-b}, or empty for any free one
 */
public record PortBinding(String hostIp, String hostPort) {}
