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

  private ImageArchive(ArchiveScan scan) {
    this.scan = scan;
  }

  /** Told of work on layers: bytes read of all that the layer has in the archive. */
  public interface Progress {
    void at(String id, long current, long total);
  }

  /**
   * Reads an archive, plain or compressed, to its end.
   *
   * @param known whether a layer with this diff id is in the store and need not be unpacked
   * @throws dev.wherry.engine.tar.TarFormatException if it is no archive, cut off or hostile
   */
  public static ImageArchive read(
      InputStream in, LayerStager stager, Predicate<Digest> known, Progress progress)
      throws IOException {
    ArchiveScan scan = new ArchiveScan(in, stager, known, progress::at);
    boolean read = false;
    try {
      scan.read();
      read = true;
      return new ImageArchive(scan);
    } finally {
      if (!read) {
        scan.close();
      }
    }
  }

  /**
   * The images in it. Of an archive that is both {@code docker-archive} and OCI layout, as docker
   * writes since version 25, the former names the images of one platform, the latter those of all.
   *
   * @param platform whose images are taken from an index of several
   * @param preferDocker whether to read as the former what is both
   * @throws EngineException.InvalidParameter if it holds no images or they are not whole
   */
  public List<ArchivedImage> images(Platform platform, boolean preferDocker) throws IOException {
    byte[] manifest = scan.document(DockerArchive.MANIFEST);
    byte[] index = scan.document(OciLayout.INDEX);
    if (manifest != null && (preferDocker || index == null)) {
      return DockerArchive.images(scan, manifest);
    }
    if (index != null) {
      return new OciLayout(scan, platform).images(index);
    }
    if (scan.has("repositories")) {
      throw new EngineException.InvalidParameter(
          "the archive is of a form that docker wrote before version 1.10: it has repositories but"
              + " no manifest.json");
    }
    throw new EngineException.InvalidParameter(
        "not an archive of images: it has neither manifest.json nor index.json");
  }

  @Override
  public void close() {
    scan.close();
  }
}
