/** Named and anonymous volumes of the local driver. */
@NullMarked
package dev.wherry.engine.volume;

import org.jspecify.annotations.NullMarked;
