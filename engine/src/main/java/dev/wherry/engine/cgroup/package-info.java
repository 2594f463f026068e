/** Control groups, version 1 and 2, over a root path. */
@NullMarked
package dev.wherry.engine.cgroup;

import org.jspecify.annotations.NullMarked;
