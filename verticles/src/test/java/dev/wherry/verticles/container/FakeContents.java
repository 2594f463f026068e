package dev.wherry.verticles.container;

import dev.wherry.engine.contents.Change;
import dev.wherry.engine.contents.CommitRequest;
import dev.wherry.engine.contents.ContainerContents;
import dev.wherry.engine.contents.ExtractOptions;
import dev.wherry.engine.contents.PathStat;
import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** File systems in which each path is a file that holds its own name. */
final class FakeContents implements ContainerContents {
  /** A path that is not there. */
  static final String MISSING = "/missing";

  /** A path whose archive never ends. */
  static final String ENDLESS = "/endless";

  private static final byte[] BLOCK = new byte[64 << 10];

  /** How many are open. */
  final AtomicInteger open = new AtomicInteger();

  final StringBuffer extracted = new StringBuffer();

  @Override
  public List<Change> changes(String id) {
    return List.of(new Change("/x", Change.Kind.ADDED));
  }

  @Override
  public Outgoing export(String id) {
    return archive(id, "/");
  }

  @Override
  public PathStat stat(String id, String path) {
    if (path.equals(MISSING)) {
      throw new EngineException.NotFound("Could not find the file " + path + " in container " + id);
    }
    return new PathStat(path, path.length(), 0, Instant.EPOCH, "");
  }

  @Override
  public PathArchive archive(String id, String path) {
    PathStat found = stat(id, path);
    open.incrementAndGet();
    return new PathArchive() {
      @Override
      public PathStat stat() {
        return found;
      }

      @Override
      public void writeTo(OutputStream archive) throws IOException {
        archive.write(path.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        while (path.equals(ENDLESS)) {
          archive.write(BLOCK);
        }
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    };
  }

  @Override
  public Incoming extractInto(String id, String path, ExtractOptions options) {
    stat(id, path);
    open.incrementAndGet();
    return new Incoming() {
      @Override
      public void extract(InputStream archive) throws IOException {
        extracted.append(
            new String(archive.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    };
  }

  @Override
  public String commit(String id, CommitRequest request) {
    return "sha256:" + id;
  }
}
