/** Addresses, the local codec, the worker pool's bridge and the lanes that order work. */
@NullMarked
package dev.wherry.verticles.bus;

import org.jspecify.annotations.NullMarked;
