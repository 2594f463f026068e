package dev.wherry.engine.archive;

import dev.wherry.engine.content.Descriptor.Platform;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.layer.LayerStager;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Predicate;

/**
 * The images of an archive that has been read, their layers unpacked. Closing drops the layers that
 * nobody committed.
 */
public final class ImageArchive implements AutoCloseable {
  private final ArchiveScan scan;
  private final List<ArchivedImage> images;

  private ImageArchive(ArchiveScan scan, List<ArchivedImage> images) {
    this.scan = scan;
    this.images = images;
  }

  /** Told of work on layers: bytes read of all that the layer has in the archive. */
  public interface Progress {
    void at(String id, long current, long total);
  }

  /**
   * Reads an archive, plain or compressed, to its end. One that is both {@code docker-archive} and
   * OCI layout, as docker writes since version 25, is read as the former.
   *
   * @param known whether a layer with this diff id is in the store and need not be unpacked
   * @param host whose images are taken from an index of several platforms
   * @throws EngineException.InvalidParameter if it holds no images or they are not whole
   * @throws dev.wherry.engine.tar.TarFormatException if it is no archive, cut off or hostile
   */
  public static ImageArchive read(
      InputStream in, LayerStager stager, Predicate<Digest> known, Platform host, Progress progress)
      throws IOException {
    ArchiveScan scan = new ArchiveScan(in, stager, known, progress::at);
    boolean read = false;
    try {
      scan.read();
      ImageArchive archive = new ImageArchive(scan, images(scan, host));
      read = true;
      return archive;
    } finally {
      if (!read) {
        scan.close();
      }
    }
  }

  private static List<ArchivedImage> images(ArchiveScan scan, Platform host) throws IOException {
    byte[] manifest = scan.document(DockerArchive.MANIFEST);
    if (manifest != null) {
      return DockerArchive.images(scan, manifest);
    }
    byte[] index = scan.document(OciLayout.INDEX);
    if (index != null) {
      return new OciLayout(scan, host).images(index);
    }
    if (scan.has("repositories")) {
      throw new EngineException.InvalidParameter(
          "the archive is of a form that docker wrote before version 1.10: it has repositories but"
              + " no manifest.json");
    }
    throw new EngineException.InvalidParameter(
        "not an archive of images: it has neither manifest.json nor index.json");
  }

  public List<ArchivedImage> images() {
    return images;
  }

  @Override
  public void close() {
    scan.close();
  }
}
