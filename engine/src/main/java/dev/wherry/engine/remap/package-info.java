/** Whose ids the users of containers are on the host, as its administrator has decided. */
@NullMarked
package dev.wherry.engine.remap;

import org.jspecify.annotations.NullMarked;
