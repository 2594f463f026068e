/** The Docker Engine API. */
@NullMarked
package dev.wherry.api;

import org.jspecify.annotations.NullMarked;
