/** The log files conmon writes, and reading them back. */
@NullMarked
package dev.wherry.engine.log;

import org.jspecify.annotations.NullMarked;
