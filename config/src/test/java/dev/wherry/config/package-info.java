/** Tests of the daemon's options. */
@NullMarked
package dev.wherry.config;

import org.jspecify.annotations.NullMarked;
