/** Events: the verticle that spreads them, and its client. */
@NullMarked
package dev.wherry.verticles.event;

import org.jspecify.annotations.NullMarked;
