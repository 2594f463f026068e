package dev.wherry.engine.files;

import dev.wherry.engine.tar.TarFormatException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Names of archive members as paths inside a root. */
public final class TarPaths {
  private TarPaths() {}

  /**
   * The path a name stands for, by its text alone: without leading or double slashes, "." or "..";
   * empty for the root.
   *
   * @throws TarFormatException if ".." leads above the root, in dockerd's words
   */
  public static String clean(String name) throws TarFormatException {
    Deque<String> parts = new ArrayDeque<>();
    boolean absolute = name.startsWith("/");
    for (String part : name.split("/")) {
      if (part.equals("..")) {
        // Nothing is above "/", so that a name which begins with it can't lead out.
        if (parts.pollLast() == null && !absolute) {
          throw new TarFormatException("\"" + name + "\" is outside of the archive's root");
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    String path = String.join("/", parts);
    if (path.indexOf('\0') >= 0) {
      throw new TarFormatException("a file name with a NUL byte");
    }
    return path;
  }
}
