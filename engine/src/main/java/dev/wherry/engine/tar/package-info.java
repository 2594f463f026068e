/** Tar archives and their compressions, read and written to the byte, with names of any bytes. */
@NullMarked
package dev.wherry.engine.tar;

import org.jspecify.annotations.NullMarked;
