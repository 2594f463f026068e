/** The name server of containers, RFC 1035, on event loops. */
@NullMarked
package dev.wherry.verticles.dns;

import org.jspecify.annotations.NullMarked;
