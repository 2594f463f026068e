/** Networks, addresses, endpoints and published ports. */
@NullMarked
package dev.wherry.engine.network;

import org.jspecify.annotations.NullMarked;
