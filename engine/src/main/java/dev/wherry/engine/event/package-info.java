/** What happened, in order, and the journal that keeps it. */
@NullMarked
package dev.wherry.engine.event;

import org.jspecify.annotations.NullMarked;
