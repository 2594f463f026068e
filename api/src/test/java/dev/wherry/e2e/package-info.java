/**
 * The whole engine through its real clients: a daemon in a network namespace and directories of its
 * own, driven by the docker command line and by plain HTTP on its socket.
 */
@NullMarked
package dev.wherry.e2e;

import org.jspecify.annotations.NullMarked;
