package dev.wherry.verticles.container;

/**
 * @param error empty unless waiting itself failed
 */
public record WaitResult(int exitCode, String error) {}
