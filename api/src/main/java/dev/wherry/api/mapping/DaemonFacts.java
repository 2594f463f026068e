package dev.wherry.api.mapping;

import dev.wherry.config.DaemonConfig;
import java.util.List;

/**
 * What {@code info} tells of the daemon's own settings.
 *
 * @param version this build's
 * @param debug whether it logs everything
 * @param labels its own labels
 * @param logDriver where containers' output goes by default
 * @param insecureRegistries hosts and networks, without loopback
 * @param mirrors of Docker Hub
 * @param proxies by which registries are reached
 */
public record DaemonFacts(
    String version,
    boolean debug,
    List<String> labels,
    String logDriver,
    List<String> insecureRegistries,
    List<String> mirrors,
    DaemonConfig.Proxies proxies) {}
