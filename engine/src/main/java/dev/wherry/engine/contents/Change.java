package dev.wherry.engine.contents;

/**
 * A difference between a container's file system and its image.
 *
 * @param path absolute in the container
 */
public record Change(String path, Kind kind) {

  /** What happened to it. */
  public enum Kind {
    /** It is another one now, or something below it changed. */
    MODIFIED(0),
    ADDED(1),
    DELETED(2);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    /** The API's number for it. */
    public int number() {
      return number;
    }
  }
}
