/** Long answers: hijacked connections, frames, logs, progress and events. */
@NullMarked
package dev.wherry.api.stream;

import org.jspecify.annotations.NullMarked;
