/** Devices as their vendors describe them: the Container Device Interface. */
@NullMarked
package dev.wherry.engine.cdi;

import org.jspecify.annotations.NullMarked;
