package dev.wherry.engine.files;

import dev.wherry.engine.linux.Fd;
import java.util.Arrays;

/**
 * Marks for what an upper layer hides of those below it: in archives by name (OCI image-spec,
 * layer.md, "Whiteouts"), in trees as the overlay file system has them.
 */
public final class Whiteouts {
  /** Before the name of what is hidden. */
  public static final String PREFIX = ".wh.";

  /** The member that hides all that lower layers have in its directory. */
  public static final String OPAQUE = ".wh..wh..opq";

  private static final String OPAQUE_ATTRIBUTE = "trusted.overlay.opaque";
  private static final byte[] YES = {'y'};

  private Whiteouts() {}

  /** Whether a directory of a tree hides all that lower layers have in it. */
  public static boolean isOpaque(Fd directory) {
    return directory.getxattr(OPAQUE_ATTRIBUTE).map(v -> Arrays.equals(v, YES)).orElse(false);
  }

  /** Makes a directory of a tree hide all that lower layers have in it. */
  static void makeOpaque(Fd directory) {
    directory.setxattr(OPAQUE_ATTRIBUTE, YES);
  }
}
