/**
 * Sends containers' output on to a syslog server or the host's journal, as it comes into their
 * logs.
 */
@NullMarked
package dev.wherry.engine.forward;

import org.jspecify.annotations.NullMarked;
