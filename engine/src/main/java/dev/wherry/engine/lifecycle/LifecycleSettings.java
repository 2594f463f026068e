package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Resources.Ulimit;
import dev.wherry.engine.network.ResolvConf;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon's configuration says about containers.
 *
 * @param cgroupParent group of the containers that name none, for example {@code /docker}
 * @param init whether containers that do not say get an init
 * @param initProgram that init, {@code null} if the host has none
 * @param ulimits limits for names a container does not set itself
 * @param resolver name servers, search domains and options for containers that choose none; empty
 *     lists leave the host's
 */
public record LifecycleSettings(
    String cgroupParent,
    boolean init,
    @Nullable Path initProgram,
    List<Ulimit> ulimits,
    ResolvConf resolver) {

  public static final String DEFAULT_CGROUP_PARENT = "/docker";
}
