package dev.wherry.engine.event;

import java.util.Map;

/**
 * Something that happened to an object of the engine.
 *
 * @param sequence rises by one with each event; a client that saw N resumes after N
 * @param type what kind of object
 * @param action dockerd's word, for example {@code start} or {@code exec_create: sh}
 * @param actorId the object's id (a volume's name, an image's id or reference)
 * @param attributes dockerd's attributes: image, name, labels, exitCode, ...
 * @param timeNano nanoseconds since the epoch
 */
public record EngineEvent(
    long sequence,
    Type type,
    String action,
    String actorId,
    Map<String, String> attributes,
    long timeNano) {

  /** The kinds of objects; the lower-case name is the wire form. */
  public enum Type {
    CONTAINER,
    IMAGE,
    NETWORK,
    VOLUME,
    BUILDER,
    DAEMON
  }
}
