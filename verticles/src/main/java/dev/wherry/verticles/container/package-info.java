/** Containers and execs: the verticle that orders their work, and its client. */
@NullMarked
package dev.wherry.verticles.container;

import org.jspecify.annotations.NullMarked;
