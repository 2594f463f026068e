/** The shape of the whole, as rules that fail the build. */
@NullMarked
package dev.wherry.architecture;

import org.jspecify.annotations.NullMarked;
