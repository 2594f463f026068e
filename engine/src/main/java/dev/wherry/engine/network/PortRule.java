package dev.wherry.engine.network;

/** What the firewall has to know of a published port. */
sealed interface PortRule permits PublishedPort, DirectPort {}
