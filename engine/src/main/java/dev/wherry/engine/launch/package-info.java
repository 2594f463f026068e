/** From a container's record to a running process: OCI spec, conmon, runtime, exit. */
@NullMarked
package dev.wherry.engine.launch;

import org.jspecify.annotations.NullMarked;
