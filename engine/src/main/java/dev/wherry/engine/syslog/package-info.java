/** Sends containers' output on to a syslog server, as it comes into their logs. */
@NullMarked
package dev.wherry.engine.syslog;

import org.jspecify.annotations.NullMarked;
