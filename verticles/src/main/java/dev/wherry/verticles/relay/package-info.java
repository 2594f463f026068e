/** Carries published UDP ports that the kernel does not translate, on event loops. */
@NullMarked
package dev.wherry.verticles.relay;

import org.jspecify.annotations.NullMarked;
