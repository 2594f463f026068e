/** Options of the daemon: {@code daemon.json} and flags become one {@code DaemonConfig}. */
@NullMarked
package dev.wherry.config;

import org.jspecify.annotations.NullMarked;
