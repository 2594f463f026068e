/** Listening sockets, event loops, versions and the gate in front of the routes. */
@NullMarked
package dev.wherry.api.server;

import org.jspecify.annotations.NullMarked;
