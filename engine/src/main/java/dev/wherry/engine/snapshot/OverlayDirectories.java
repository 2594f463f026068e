package dev.wherry.engine.snapshot;

import java.nio.file.Path;

/**
 * Where everything is below the snapshotter's directory.
 *
 * <pre>
 * layers/HEX/diff         a committed layer's files, HEX being its chain id without "sha256:"
 * layers/HEX/attic        what belongs to the layer without being part of its tree
 * layers/HEX/layer.json   what is known of it
 * layers/HEX/init         mount points a container needs, on top of this layer; made when first used
 * layers/HEX/orphan       present once the layer is only kept for what stands on it
 * active/KEY/diff,work    a writable layer; active/KEY/merged is where it is mounted
 * active/KEY/parent       a link whose target is the parent's chain id, or "none"
 * empty-init              the same for containers without an image
 * l/LINK, l/LINK-init     short names of layers, so that many fit into the mount options
 * staging/                half-made things, emptied at start
 * staging/layers/         layers being written
 * </pre>
 */
record OverlayDirectories(Path root) {
  static final String DIFF = "diff";
  static final String WORK = "work";
  static final String MERGED = "merged";
  static final String ATTIC = "attic";
  static final String INIT = "init";
  static final String ORPHAN = "orphan";
  static final String LAYER_DOCUMENT = "layer.json";
  static final String PARENT = "parent";

  Path layers() {
    return root.resolve("layers");
  }

  Path layer(String chainId) {
    return layers().resolve(hex(chainId));
  }

  Path actives() {
    return root.resolve("active");
  }

  Path active(String key) {
    return actives().resolve(key);
  }

  Path links() {
    return root.resolve("l");
  }

  Path staging() {
    return root.resolve("staging");
  }

  Path stagedLayers() {
    return staging().resolve("layers");
  }

  static String hex(String chainId) {
    return chainId.substring(chainId.indexOf(':') + 1);
  }
}
