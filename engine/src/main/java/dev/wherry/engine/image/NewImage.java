package dev.wherry.engine.image;

import dev.wherry.engine.archive.ArchivedImage;
import dev.wherry.engine.archive.ArchivedLayer;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageStore.LoadedImage;
import dev.wherry.engine.layer.PendingLayer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image on its way into the store. Closing gives up its claim on layers, unless it was taken.
 */
final class NewImage implements AutoCloseable {
  private final byte[] config;
  private final ImageDocument document;
  private final List<ImageReference> names;
  private final List<ArchivedLayer> layers;
  private final String parent;
  private LayerReferences.@Nullable Hold hold;

  private NewImage(
      byte[] config,
      ImageDocument document,
      List<ImageReference> names,
      List<ArchivedLayer> layers,
      String parent) {
    this.config = config;
    this.document = document;
    this.names = names;
    this.layers = layers;
    this.parent = parent;
  }

  /**
   * Checks an image of an archive.
   *
   * @throws EngineException.InvalidParameter if its layers are not those its configuration names
   */
  static NewImage of(ArchivedImage image) {
    byte[] config = image.config();
    ImageDocument document = ImageDocument.parse(config);
    List<Digest> diffIds = document.diffIds();
    if (image.layers().size() != diffIds.size()) {
      throw new EngineException.InvalidParameter(
          "invalid manifest, layers length mismatch: expected %d, got %d"
              .formatted(diffIds.size(), image.layers().size()));
    }
    for (int i = 0; i < diffIds.size(); i++) {
      Digest actual = diffId(image.layers().get(i));
      if (actual != null && !actual.equals(diffIds.get(i))) {
        throw new EngineException.InvalidParameter(
            "invalid diffID for layer %d: expected \"%s\", got \"%s\""
                .formatted(i, diffIds.get(i), actual));
      }
    }
    List<ImageReference> names = new ArrayList<>();
    for (String name : image.names()) {
      ImageReference reference = ImageReference.parse(name);
      if (reference.digest() != null) {
        throw new EngineException.InvalidParameter("invalid tag \"" + name + "\"");
      }
      names.add(reference.withDefaultTag());
    }
    return new NewImage(config, document, names, image.layers(), image.parent());
  }

  /**
   * An image made here, with this configuration.
   *
   * @param below layers of an image that is there
   * @param layer on top of them, {@code null} for none
   * @param parent id of the image it was made from, or empty
   */
  static NewImage of(
      byte[] config, List<Digest> below, @Nullable PendingLayer layer, String parent) {
    List<ArchivedLayer> layers = new ArrayList<>();
    below.forEach(diffId -> layers.add(new ArchivedLayer.Known(diffId)));
    if (layer != null) {
      layers.add(new ArchivedLayer.Unpacked(layer));
    }
    return new NewImage(config, ImageDocument.parse(config), List.of(), layers, parent);
  }

  /** An image whose layers are in the store already, and held. */
  static NewImage of(
      byte[] config,
      ImageDocument document,
      List<ImageReference> names,
      LayerReferences.Hold hold) {
    NewImage image = new NewImage(config, document, List.copyOf(names), List.of(), "");
    image.hold(hold);
    return image;
  }

  private static @Nullable Digest diffId(ArchivedLayer layer) {
    return switch (layer) {
      case ArchivedLayer.Unpacked(PendingLayer pending) -> pending.unpacked().diffId();
      case ArchivedLayer.Known(Digest diffId) -> diffId;
      case ArchivedLayer.Unusable unusable -> null;
    };
  }

  String id() {
    return document.image().id();
  }

  /** What to call it where something is wrong with it. */
  String called() {
    return names.isEmpty() ? id() : names.getFirst().familiar();
  }

  byte[] config() {
    return config;
  }

  ImageDocument document() {
    return document;
  }

  List<ImageReference> names() {
    return names;
  }

  List<ArchivedLayer> layers() {
    return layers;
  }

  String parent() {
    return parent;
  }

  void hold(LayerReferences.Hold claim) {
    this.hold = claim;
  }

  LayerReferences.Hold takeHold() {
    LayerReferences.Hold claim = hold;
    if (claim == null) {
      throw new IllegalStateException("the layers of " + id() + " are not installed");
    }
    hold = null;
    return claim;
  }

  /** What to answer of it: a line for each name, or one with its id. */
  List<LoadedImage> loaded(ImageIndex index) {
    Image image = index.get(id());
    if (names.isEmpty()) {
      return List.of(new LoadedImage(image, null));
    }
    return names.stream().map(name -> new LoadedImage(image, name.familiar())).toList();
  }

  @Override
  public void close() {
    LayerReferences.Hold claim = hold;
    hold = null;
    if (claim != null) {
      claim.close();
    }
  }
}
