package dev.wherry.engine.archive;

import java.util.List;

/** An image that an archive holds. */
public final class ArchivedImage {
  private final byte[] config;
  private final List<String> names;
  private final List<ArchivedLayer> layers;
  private final String parent;

  ArchivedImage(byte[] config, List<String> names, List<ArchivedLayer> layers, String parent) {
    this.config = config;
    this.names = List.copyOf(names);
    this.layers = List.copyOf(layers);
    this.parent = parent;
  }

  /** The configuration's bytes, whose digest is the image's id. */
  public byte[] config() {
    return config.clone();
  }

  /** References as the archive has them; may be none. */
  public List<String> names() {
    return names;
  }

  /** Lowest first. */
  public List<ArchivedLayer> layers() {
    return layers;
  }

  /** Id of the image it was made from, empty if the archive does not say. */
  public String parent() {
    return parent;
  }
}
