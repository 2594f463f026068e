/** The blocking domain core. */
@NullMarked
package dev.wherry.engine;

import org.jspecify.annotations.NullMarked;
