package dev.wherry.engine.image;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.layer.LayerStager;
import dev.wherry.engine.snapshot.CommittedLayer;
import dev.wherry.engine.snapshot.Snapshotter;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** An image that is being given away; its layers stay until it is closed. */
public final class OutgoingImage implements AutoCloseable {
  private final ImageExport.Held held;
  private final List<Layer> layers;

  /** Opens something to be read. */
  interface Source {
    InputStream open() throws IOException;
  }

  /** One layer. */
  public static final class Layer {
    private final Digest diffId;
    private final long size;
    private final Source source;

    private Layer(Digest diffId, long size, Source source) {
      this.diffId = diffId;
      this.size = size;
      this.source = source;
    }

    /** The digest of its uncompressed archive. */
    public Digest diffId() {
      return diffId;
    }

    /** Bytes of its uncompressed archive. */
    public long size() {
      return size;
    }

    /** Its uncompressed archive; whether it is still what it was, the digest tells. */
    public InputStream open() throws IOException {
      return source.open();
    }
  }

  private OutgoingImage(ImageExport.Held held, List<Layer> layers) {
    this.held = held;
    this.layers = List.copyOf(layers);
  }

  /** Takes over the claim on the layers. */
  static OutgoingImage of(ImageExport.Held held, Snapshotter snapshotter, LayerStager stager) {
    List<Layer> layers = new ArrayList<>();
    boolean done = false;
    try {
      for (CommittedLayer layer : held.layers(snapshotter)) {
        layers.add(
            new Layer(
                Digest.parse(layer.diffId()), layer.archiveSize(), () -> stager.archive(layer)));
      }
      done = true;
      return new OutgoingImage(held, layers);
    } finally {
      if (!done) {
        held.close();
      }
    }
  }

  /** The image's id, {@code sha256:...}. */
  public String id() {
    return held.document().image().id();
  }

  /** Its configuration, the very bytes whose digest is the id. */
  public byte[] config() {
    return held.config().clone();
  }

  /** Its layers, lowest first. */
  public List<Layer> layers() {
    return layers;
  }

  @Override
  public void close() {
    held.close();
  }
}
