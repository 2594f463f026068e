package dev.wherry.verticles.container;

/**
 * How a client attaches.
 *
 * @param logs replay the log first
 * @param stream go on with what comes; without it the session ends after the log
 */
public record AttachRequest(
    boolean stdin, boolean stdout, boolean stderr, boolean logs, boolean stream) {}
