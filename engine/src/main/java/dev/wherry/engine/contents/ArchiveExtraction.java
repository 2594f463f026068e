package dev.wherry.engine.contents;

import dev.wherry.engine.contents.ContainerContents.Incoming;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.files.TarPaths;
import dev.wherry.engine.files.TreeWriter;
import dev.wherry.engine.files.UnmappedOwnerException;
import dev.wherry.engine.layer.LayerLimits;
import dev.wherry.engine.linux.DirFd;
import dev.wherry.engine.linux.Errno;
import dev.wherry.engine.linux.IdMapping;
import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.tar.Compression;
import dev.wherry.engine.tar.Expansion;
import dev.wherry.engine.tar.TarEntry;
import dev.wherry.engine.tar.TarFormatException;
import dev.wherry.engine.tar.TarReader;
import dev.wherry.engine.tar.TarTap;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Extracts an archive into a directory of a container. Names are resolved from the container's
 * root, so that an absolute link on the way means what it means to the container.
 */
final class ArchiveExtraction implements Incoming, TreeWriter.Listener {
  private static final int BUFFER = 64 * 1024;

  private final ContainerTree tree;
  private final String directory;
  private final IdMapping ids;
  private final boolean keepKinds;
  private final @Nullable Owner owner;
  private boolean writesDirectory;

  /** Whom everything is to belong to. */
  record Owner(int uid, int gid) {}

  /**
   * @param tree closed with this
   * @param directory to extract into, from the root and without links
   * @param ids who the archive's owners are on disk
   * @param owner as the container knows it, {@code null} for those of the archive
   */
  ArchiveExtraction(
      ContainerTree tree,
      String directory,
      IdMapping ids,
      boolean keepKinds,
      @Nullable Owner owner) {
    this.tree = tree;
    this.directory = directory;
    this.ids = ids;
    this.keepKinds = keepKinds;
    this.owner = owner;
  }

  @Override
  public void extract(InputStream archive) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(archive, BUFFER);
    try (TreeWriter writer = new TreeWriter(tree.root(), ids, this)) {
      InputStream plain = Compression.detect(buffered).open(buffered, Expansion.DEFAULT);
      writeAll(new TarReader(plain, TarTap.NONE), writer);
      writer.finish();
    } catch (UnmappedOwnerException e) {
      throw new EngineException.Internal(String.valueOf(e.getMessage()), e);
    } catch (TarFormatException e) {
      throw new EngineException.InvalidParameter(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      if (e.getCause() instanceof LinuxException failure) {
        throw failure(failure);
      }
      throw e;
    } catch (LinuxException e) {
      throw failure(e);
    }
  }

  private static EngineException failure(LinuxException e) {
    return e.is(Errno.EROFS)
        ? new EngineException.Forbidden("mounted volume is marked read-only")
        : new EngineException.Internal(String.valueOf(e.getMessage()), e);
  }

  private void writeAll(TarReader reader, TreeWriter writer) throws IOException {
    long left = LayerLimits.DEFAULT.entries();
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      left--;
      if (left < 0) {
        throw new TarFormatException("an archive of too many files");
      }
      String path = TarPaths.clean(entry.name());
      // The directory itself keeps what it is.
      if (!path.isEmpty()) {
        writesDirectory = entry.type() == TarEntry.Type.DIRECTORY;
        writer.write(placed(entry, path), reader);
      }
    }
  }

  private TarEntry placed(TarEntry entry, String path) throws TarFormatException {
    String link = entry.linkName();
    if (entry.type() == TarEntry.Type.HARDLINK) {
      link = directory + "/" + TarPaths.clean(link);
    }
    TarEntry placed = entry.named(directory + "/" + path, link);
    return owner == null ? placed : placed.owned(owner.uid(), owner.gid());
  }

  @Override
  public void file(String path, List<TarEntry.Chunk> parts) {
    // Nothing to be noted.
  }

  @Override
  public void displace(DirFd parent, String name, String path) throws IOException {
    if (keepKinds) {
      boolean isDirectory = parent.lstat(name).isDirectory();
      if (isDirectory && !writesDirectory) {
        throw refusal("cannot overwrite directory \"/%s\" with non-directory \"%s\"", path);
      }
      if (!isDirectory && writesDirectory) {
        throw refusal("cannot overwrite non-directory \"/%s\" with directory \"%s\"", path);
      }
    }
    parent.removeTree(name);
  }

  private TarFormatException refusal(String text, String path) {
    return new TarFormatException(text.formatted(path, directory.isEmpty() ? "/" : directory));
  }

  @Override
  public void close() {
    tree.close();
  }
}
