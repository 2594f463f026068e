package dev.wherry.engine.registry;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.content.DigestStream;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.OutgoingImage;
import dev.wherry.engine.tar.ParallelGzip;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;

/** A layer as it is sent: compressed as it goes, verified by its digest, and hashed anew. */
final class CompressedLayer implements RegistryHttp.Content {
  private static final int BUFFER = 64 << 10;

  private final OutgoingImage.Layer layer;
  private final Executor executor;
  private final LongConsumer progress;
  private final MessageDigest digest = Digest.newStreamSha256();
  private long size;

  /**
   * @param executor compresses
   * @param progress told how many bytes of the uncompressed archive have gone
   */
  CompressedLayer(OutgoingImage.Layer layer, Executor executor, LongConsumer progress) {
    this.layer = layer;
    this.executor = executor;
    this.progress = progress;
  }

  @Override
  public long length() {
    return -1;
  }

  @Override
  public void writeTo(OutputStream target) throws IOException {
    OutputStream counted =
        new DigestOutputStream(target, digest) {
          @Override
          public void write(byte[] b, int off, int len) throws IOException {
            super.write(b, off, len);
            size += len;
          }
        };
    try (DigestStream archive = new DigestStream(layer.open());
        ParallelGzip gzip = new ParallelGzip(counted, executor)) {
      byte[] buffer = new byte[BUFFER];
      for (int n = archive.read(buffer); n >= 0; n = archive.read(buffer)) {
        gzip.write(buffer, 0, n);
        progress.accept(archive.count());
      }
      if (!archive.digest().equals(layer.diffId())) {
        throw new EngineException.Internal("the stored layer " + layer.diffId() + " is damaged");
      }
      gzip.finish();
    }
  }

  /** What was sent; once all of it has been. */
  LayerOrigins.Blob blob() {
    return new LayerOrigins.Blob(Digest.sha256(digest).toString(), size);
  }
}
