/**
 * What a container is: its configuration, its state and the index of all of them. Immutable
 * records.
 */
@NullMarked
package dev.wherry.engine.container;

import org.jspecify.annotations.NullMarked;
