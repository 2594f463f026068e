package dev.wherry.api.mapping;

import dev.wherry.engine.image.Image;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sizes of layers, each counted once however many images stand on it. */
public final class LayerSizes {
  private final Map<String, Layer> layers = new HashMap<>();

  /** Counts the layers of these images. */
  public LayerSizes(Collection<Image> images) {
    for (Image image : images) {
      for (Layer layer : layersOf(image)) {
        layers.merge(
            layer.chain, layer, (one, other) -> new Layer(one.chain, one.size, one.users + 1));
      }
    }
  }

  /** Bytes of all layers. */
  public long total() {
    return layers.values().stream().mapToLong(Layer::size).sum();
  }

  /** Bytes of those of an image's layers that another image has too. */
  public long shared(Image image) {
    long shared = 0;
    for (Layer layer : layersOf(image)) {
      Layer counted = layers.get(layer.chain);
      if (counted != null && counted.users > 1) {
        shared += layer.size;
      }
    }
    return shared;
  }

  /** A layer is told by all diff ids below and including it. */
  private static List<Layer> layersOf(Image image) {
    List<Image.HistoryEntry> steps =
        image.history().stream().filter(entry -> !entry.emptyLayer()).toList();
    var layers = new ArrayList<Layer>();
    var chain = new StringBuilder();
    if (steps.size() != image.diffIds().size()) {
      // A history that does not tell its layers apart: the image counts as one.
      return List.of(new Layer(String.join(" ", image.diffIds()), image.size(), 1));
    }
    for (int i = 0; i < steps.size(); i++) {
      chain.append(image.diffIds().get(i)).append(' ');
      layers.add(new Layer(chain.toString(), steps.get(i).size(), 1));
    }
    return layers;
  }

  private record Layer(String chain, long size, int users) {}
}
