/** Containers from create to remove: ordered steps, each with its undo. */
@NullMarked
package dev.wherry.engine.lifecycle;

import org.jspecify.annotations.NullMarked;
