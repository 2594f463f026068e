/** The one vocabulary of failures; the API maps it once to HTTP. */
@NullMarked
package dev.wherry.engine.error;

import org.jspecify.annotations.NullMarked;
