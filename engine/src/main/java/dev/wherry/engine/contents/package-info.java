/**
 * What is in a container's file system, for those outside of it: what it changed, all of it, some
 * of it, and images made of it.
 */
@NullMarked
package dev.wherry.engine.contents;

import org.jspecify.annotations.NullMarked;
