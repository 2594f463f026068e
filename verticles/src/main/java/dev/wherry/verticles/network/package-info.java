/** Networks: the verticle and its client. */
@NullMarked
package dev.wherry.verticles.network;

import org.jspecify.annotations.NullMarked;
