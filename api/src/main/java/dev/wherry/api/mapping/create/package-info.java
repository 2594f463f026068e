/** A create request: the rules it must keep, and what it becomes in the engine's terms. */
@NullMarked
package dev.wherry.api.mapping.create;

import org.jspecify.annotations.NullMarked;
