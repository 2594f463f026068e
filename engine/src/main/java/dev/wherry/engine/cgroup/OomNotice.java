package dev.wherry.engine.cgroup;

import dev.wherry.engine.linux.Fd;
import java.util.function.Consumer;

/**
 * Tells when the kernel has killed a process of a group for want of memory.
 *
 * @param fd to be polled, and closed in the end
 * @param mask of poll(2)
 * @param taken to be called when the descriptor is ready, so that it is ready for the next time
 */
public record OomNotice(Fd fd, int mask, Consumer<Fd> taken) {}
