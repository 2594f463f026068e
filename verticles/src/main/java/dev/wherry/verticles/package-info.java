/** The asynchronous layer. */
@NullMarked
package dev.wherry.verticles;

import org.jspecify.annotations.NullMarked;
