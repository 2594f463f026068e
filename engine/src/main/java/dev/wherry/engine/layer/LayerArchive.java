package dev.wherry.engine.layer;

import dev.wherry.engine.layer.Recipe.Step;
import dev.wherry.engine.linux.Fd;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.OpenFlags;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.tar.TarEntry;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The uncompressed archive of an extracted layer, put together as it is read. A file that is gone
 * or shorter than it was is an error; whether the content is the same, the digest tells.
 */
public final class LayerArchive extends InputStream {

  /** What stood at a path until a certain step. */
  private record Displacement(long step, String path, String attic) {}

  private final RootDir tree;
  private final RootDir attic;
  private final Recipe.Reader recipe;
  private final List<Displacement> displacements;
  private long step;
  private byte[] raw = new byte[0];
  private int rawPosition;
  private @Nullable Fd file;
  private Iterator<TarEntry.Chunk> parts = List.<TarEntry.Chunk>of().iterator();
  private long partLeft;
  private boolean ended;

  private LayerArchive(
      RootDir tree, RootDir attic, Recipe.Reader recipe, List<Displacement> displacements) {
    this.tree = tree;
    this.attic = attic;
    this.recipe = recipe;
    this.displacements = displacements;
  }

  /** Opens the archive of a layer, given its tree and its attic as the unpacker left them. */
  public static LayerArchive open(Paths paths, Path tree, Path attic) throws IOException {
    Path file = attic.resolve(LayerUnpacker.RECIPE);
    List<Displacement> displacements = new ArrayList<>();
    try (Recipe.Reader reader = new Recipe.Reader(file)) {
      long step = 0;
      for (Step next = reader.next(); next != null; next = reader.next()) {
        step++;
        if (next instanceof Step.Displaced(String path, String name)) {
          displacements.add(new Displacement(step, path, name));
        }
      }
    }
    return new LayerArchive(
        paths.openRoot(tree), paths.openRoot(attic), new Recipe.Reader(file), displacements);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    if (len == 0) {
      return 0;
    }
    while (!ended) {
      if (rawPosition < raw.length) {
        int n = Math.min(len, raw.length - rawPosition);
        System.arraycopy(raw, rawPosition, b, off, n);
        rawPosition += n;
        return n;
      }
      if (partLeft > 0) {
        return readFile(b, off, len);
      }
      advance();
    }
    return -1;
  }

  private int readFile(byte[] b, int off, int len) throws IOException {
    Fd open = file;
    int n = open == null ? -1 : open.read(b, off, (int) Math.min(len, partLeft));
    if (n < 0) {
      throw new EOFException("a file of the layer is shorter than it was");
    }
    partLeft -= n;
    return n;
  }

  private void advance() throws IOException {
    Fd open = file;
    if (open != null && parts.hasNext()) {
      TarEntry.Chunk part = parts.next();
      open.seek(part.offset());
      partLeft = part.length();
      return;
    }
    closeFile();
    Step next = recipe.next();
    step++;
    switch (next) {
      case null -> ended = true;
      case Step.Raw part -> {
        raw = part.bytes();
        rawPosition = 0;
      }
      case Step.File(String path, List<TarEntry.Chunk> chunks) -> {
        file = openFile(path);
        parts = chunks.iterator();
      }
      case Step.Displaced displaced -> {}
    }
  }

  /** Opens a file where it is now: in the tree, or in the attic if something took its place. */
  private Fd openFile(String path) throws IOException {
    try {
      for (Displacement moved : displacements) {
        if (moved.step > step && (path.equals(moved.path) || path.startsWith(moved.path + "/"))) {
          String inAttic = moved.attic + path.substring(moved.path.length());
          return attic.open(inAttic, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK);
        }
      }
      return tree.open(path, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK);
    } catch (LinuxException e) {
      throw new IOException("a file of the layer can't be read: " + e.getMessage(), e);
    }
  }

  private void closeFile() {
    Fd open = file;
    file = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() throws IOException {
    closeFile();
    tree.close();
    attic.close();
    recipe.close();
  }
}
