/** Volumes: the verticle and its client. */
@NullMarked
package dev.wherry.verticles.volume;

import org.jspecify.annotations.NullMarked;
