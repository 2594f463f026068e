/**
 * Standard streams of containers and execs, from conmon's socket or an exec's own pipes to any
 * number of listeners.
 */
@NullMarked
package dev.wherry.verticles.stream;

import org.jspecify.annotations.NullMarked;
