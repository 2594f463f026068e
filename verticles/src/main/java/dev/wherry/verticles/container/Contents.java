package dev.wherry.verticles.container;

import dev.wherry.engine.contents.Change;
import dev.wherry.engine.contents.CommitRequest;
import dev.wherry.engine.contents.ExtractOptions;
import dev.wherry.engine.contents.PathStat;
import dev.wherry.verticles.bus.Archive;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.List;

/**
 * What can be asked of containers' file systems. {@code ref} is a name, id or unique id prefix. A
 * file system is opened in the container's lane, so that no start or removal is in between; it is
 * read and written beside it. Failed futures carry an {@link
 * dev.wherry.engine.error.EngineException}; futures complete on the caller's Vert.x context.
 */
public interface Contents {

  Future<List<Change>> changes(String ref);

  Future<Archive> export(String ref);

  Future<PathStat> stat(String ref, String path);

  /** Completes when the path is found; the archive is written from then on. */
  Future<PathArchive> archive(String ref, String path);

  /** Completes when all is extracted. */
  Future<Void> extract(String ref, String path, ExtractOptions options, ReadStream<Buffer> archive);

  /** The new image's id. */
  Future<String> commit(String ref, CommitRequest request);

  /** What was found at a path, and its archive. */
  record PathArchive(PathStat stat, Archive archive) {}
}
