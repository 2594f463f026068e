/** Measures an engine against another one: the same workloads, pair by pair, in one run. */
@NullMarked
package dev.wherry.bench;

import org.jspecify.annotations.NullMarked;
