package dev.wherry.verticles.container;

import dev.wherry.engine.log.LogReader;

/**
 * Which part of a log a client wants.
 *
 * @param details put the attributes that the log options ask for before each line
 * @param timestamps put an RFC 3339 time with nanoseconds and a space before each line
 */
public record LogRequest(
    LogReader.Selection selection, boolean follow, boolean timestamps, boolean details) {}
