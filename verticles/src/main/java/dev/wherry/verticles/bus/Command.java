package dev.wherry.verticles.bus;

/**
 * Something asked of a subsystem, as an immutable record. Each subsystem seals its own commands, so
 * that its verticle answers all of them in one exhaustive switch.
 *
 * @param <R> the type of the answer
 */
@SuppressWarnings("unused") // R is not used by a member; it ties a command to its answer
public interface Command<R> {}
