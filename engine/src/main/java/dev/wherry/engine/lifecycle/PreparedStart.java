package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import java.nio.file.Path;

/**
 * A container whose process exists and waits for the runtime's {@code start}.
 *
 * @param attachSocket conmon's attach socket (AF_UNIX, SOCK_SEQPACKET)
 * @param control conmon's control fifo: resize and log rotation
 */
public record PreparedStart(Container container, int pid, Path attachSocket, Path control) {}
