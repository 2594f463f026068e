/** Images: the verticle and its client. */
@NullMarked
package dev.wherry.verticles.image;

import org.jspecify.annotations.NullMarked;
