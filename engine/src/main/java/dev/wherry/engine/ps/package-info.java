/** Process tables as ps(1) prints them, read from procfs without running it. */
@NullMarked
package dev.wherry.engine.ps;

import org.jspecify.annotations.NullMarked;
