/** Layers on disk and the mounts made of them. */
@NullMarked
package dev.wherry.engine.snapshot;

import org.jspecify.annotations.NullMarked;
