package dev.wherry.engine.layer;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.content.DigestStream;
import dev.wherry.engine.files.TarPaths;
import dev.wherry.engine.files.TreeWriter;
import dev.wherry.engine.files.Whiteouts;
import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.Paths;
import dev.wherry.engine.linux.RootDir;
import dev.wherry.engine.tar.Compression;
import dev.wherry.engine.tar.ReadAhead;
import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarFormatException;
import dev.wherry.engine.tar.TarReader;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Unpacks a layer's archive into a tree as overlayfs wants it: {@code .wh.} members become
 * whiteouts and opaque directories (OCI image-spec, layer.md). Decompressing and hashing run on a
 * thread of their own, ahead of the writing.
 */
public final class LayerUnpacker {
  static final String RECIPE = "recipe";
  private static final int BUFFER = 64 * 1024;

  /** Notes of AUFS to itself that old images have; they mean nothing here. */
  private static final String AUFS = ".wh..wh.";

  private final Paths paths;
  private final LayerLimits limits;
  private final IdMapping ids;

  /**
   * @param ids whom the files belong to on disk
   */
  public LayerUnpacker(Paths paths, LayerLimits limits, IdMapping ids) {
    this.paths = paths;
    this.limits = limits;
    this.ids = ids;
  }

  /**
   * Unpacks one archive, compressed or not, and reads it to its end; closes nothing.
   *
   * @param progress told now and then, on the calling thread, how many bytes of the archive as it
   *     was given have been read
   * @param tree an empty directory
   * @param attic another one, for the recipe and for what later members displaced
   * @throws TarFormatException if it is no archive, cut off, hostile or too large
   * @throws IOException if reading or writing failed; what was written is the caller's to remove
   */
  public UnpackedLayer unpack(InputStream archive, Path tree, Path attic, LongConsumer progress)
      throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(new Unclosed(archive), BUFFER);
    Compression compression = Compression.detect(buffered);
    DigestStream compressed = new DigestStream(buffered);
    // Without compression both digests are the same, and once is enough.
    DigestStream plain =
        compression == Compression.NONE
            ? compressed
            : new DigestStream(compression.open(compressed, limits.expansion()));
    try (RootDir root = paths.openRoot(tree);
        RootDir displaced = paths.openRoot(attic);
        Recipe.Writer recipe = new Recipe.Writer(attic.resolve(RECIPE));
        ReadAhead ahead = new ReadAhead(plain)) {
      Target target = new Target(recipe, displaced.top());
      try (TreeWriter writer = new TreeWriter(root, ids, target)) {
        InputStream told = new Told(ahead, () -> progress.accept(compressed.count()));
        writeAll(new TarReader(told, recipe::raw), writer, plain);
        writer.finish();
        recipe.end();
        compressed.drain();
        Digest diffId = plain.digest();
        return new UnpackedLayer(
            compression == Compression.NONE ? diffId : compressed.digest(),
            diffId,
            writer.size(),
            plain.count());
      }
    } catch (LinuxException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void writeAll(TarReader reader, TreeWriter writer, DigestStream archive)
      throws IOException {
    long entries = 0;
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      entries++;
      if (entries > limits.entries()) {
        throw new TarFormatException("a layer of more than " + limits.entries() + " files");
      }
      if (archive.count() > limits.bytes() || reader.remaining() > limits.bytes()) {
        throw new TarFormatException("a layer of more than " + limits.bytes() + " bytes");
      }
      write(entry, reader, writer);
    }
  }

  private static void write(TarEntry entry, TarReader reader, TreeWriter writer)
      throws IOException {
    String path = TarPaths.clean(entry.name());
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    if (name.equals(Whiteouts.OPAQUE)) {
      writer.writeOpaque(path.substring(0, Math.max(slash, 0)));
    } else if (name.startsWith(Whiteouts.PREFIX)) {
      String hidden = name.substring(Whiteouts.PREFIX.length());
      if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
        throw new TarFormatException("a whiteout of no name: \"" + entry.name() + "\"");
      }
      if (!name.startsWith(AUFS)) {
        writer.writeWhiteout(path.substring(0, slash + 1) + hidden);
      }
    } else {
      writer.write(entry, reader);
    }
  }

  /** The archive, which stays open when what reads it is closed. */
  private static final class Unclosed extends FilterInputStream {
    Unclosed(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      return in.read(b, off, len);
    }

    @Override
    public void close() {}
  }

  /** Tells of each read. */
  private static final class Told extends FilterInputStream {
    private final Runnable listener;

    Told(InputStream in, Runnable listener) {
      super(in);
      this.listener = listener;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      int n = in.read(b, off, len);
      listener.run();
      return n;
    }
  }

  /** Keeps what is displaced, because the archive still has it. */
  private static final class Target implements TreeWriter.Listener {
    private final Recipe.Writer recipe;
    private final DirFd attic;
    private int count;

    Target(Recipe.Writer recipe, DirFd attic) {
      this.recipe = recipe;
      this.attic = attic;
    }

    @Override
    public void file(String path, List<TarEntry.Chunk> parts) throws IOException {
      recipe.file(path, parts);
    }

    @Override
    public void displace(DirFd parent, String name, String path) throws IOException {
      String kept = "displaced-" + count++;
      parent.rename(name, attic, kept);
      recipe.displaced(path, kept);
    }
  }
}
