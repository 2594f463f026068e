/**
 * Names inside containers: who can look up whom, and the sockets in containers' network namespaces
 * at which that is asked.
 */
@NullMarked
package dev.wherry.engine.names;

import org.jspecify.annotations.NullMarked;
