/** Crash-safe documents on disk. */
@NullMarked
package dev.wherry.engine.store;

import org.jspecify.annotations.NullMarked;
