/**
 * What a running container uses of the host: its control group, its network, the host beside it.
 */
@NullMarked
package dev.wherry.engine.usage;

import org.jspecify.annotations.NullMarked;
