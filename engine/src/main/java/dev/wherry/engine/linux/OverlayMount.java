package dev.wherry.engine.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What an overlay file system is stacked from; see the kernel's {@code
 * Documentation/filesystems/overlayfs.rst}.
 *
 * @param lower directories, the uppermost first, at least one; all absolute
 * @param writable where changes go, empty for a read-only view
 * @param options more options as the kernel takes them, such as {@code index=off}
 */
public record OverlayMount(List<Path> lower, Optional<Writable> writable, List<String> options) {

  /**
   * The writable top.
   *
   * @param upper the directory that changes go to
   * @param work an empty directory on the same file system
   */
  public record Writable(Path upper, Path work) {}

  public OverlayMount {
    lower = List.copyOf(lower);
    options = List.copyOf(options);
    if (lower.isEmpty()) {
      throw new IllegalArgumentException("an overlay needs a lower directory");
    }
  }

  /** The mount data, with every directory named through a function (absolute, or relative). */
  String data(Function<Path, Path> naming) {
    List<String> parts = new ArrayList<>();
    List<String> lowerNames = new ArrayList<>();
    for (Path directory : lower) {
      lowerNames.add(escape(naming.apply(directory).toString()).replace(":", "\\:"));
    }
    parts.add("lowerdir=" + String.join(":", lowerNames));
    if (writable.isPresent()) {
      parts.add("upperdir=" + escape(naming.apply(writable.get().upper()).toString()));
      parts.add("workdir=" + escape(naming.apply(writable.get().work()).toString()));
    }
    parts.addAll(options);
    return String.join(",", parts);
  }

  /** All directories named, for finding what they have in common. */
  List<Path> directories() {
    List<Path> all = new ArrayList<>(lower);
    writable.ifPresent(
        top -> {
          all.add(top.upper());
          all.add(top.work());
        });
    return all;
  }

  private static String escape(String name) {
    return name.replace("\\", "\\\\").replace(",", "\\,");
  }
}
