/** Carries TCP connections to published ports that the kernel does not translate. */
@NullMarked
package dev.wherry.engine.relay;

import org.jspecify.annotations.NullMarked;
