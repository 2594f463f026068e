package dev.wherry.engine.contents;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.files.TarPaths;
import dev.wherry.engine.tar.TarFormatException;

/**
 * A path in a container as a client gave it.
 *
 * @param given as it was given
 * @param inside from the root, without "." and ".." and slashes at its ends; empty for the root
 * @param followed whether a link at its end is to be followed, because a slash or dot comes after
 * @param name what it is called in an archive
 */
record ContainerPath(String given, String inside, boolean followed, String name) {

  static ContainerPath of(String path) {
    String inside;
    try {
      inside = TarPaths.clean("/" + path);
    } catch (TarFormatException e) {
      throw new EngineException.InvalidParameter(String.valueOf(e.getMessage()), e);
    }
    boolean slash = path.endsWith("/");
    String trimmed = path.replaceAll("/+$", "");
    boolean dot = trimmed.equals(".") || trimmed.endsWith("/.");
    String last = inside.substring(inside.lastIndexOf('/') + 1);
    return new ContainerPath(
        path, inside, inside.isEmpty() || slash || dot, dot ? "." : last.isEmpty() ? "/" : last);
  }
}
