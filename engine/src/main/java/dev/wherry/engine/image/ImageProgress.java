package dev.wherry.engine.image;

import org.jspecify.annotations.Nullable;

/**
 * One report of work on an image, shown by clients as a line or a bar.
 *
 * @param id short id of the layer, or {@code null} for a line of its own
 * @param status for example {@code Loading layer}
 * @param current bytes done, or -1 where there is no bar
 * @param total bytes in all, or -1 where unknown
 */
public record ImageProgress(@Nullable String id, String status, long current, long total) {

  public static ImageProgress message(String status) {
    return new ImageProgress(null, status, -1, -1);
  }
}
