package dev.wherry.api.fake;

import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.contents.Change;
import dev.wherry.engine.contents.CommitRequest;
import dev.wherry.engine.contents.ExtractOptions;
import dev.wherry.engine.contents.PathStat;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.FileStat;
import dev.wherry.verticles.bus.Archive;
import dev.wherry.verticles.bus.QueuedFeed;
import dev.wherry.verticles.bus.QueuedStream;
import dev.wherry.verticles.container.Contents;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** File systems of fake containers: what they changed, one known path, and what is asked. */
public final class FakeContents implements Contents {
  public final List<Change> changes = new ArrayList<>();
  public final List<CommitRequest> commits = new ArrayList<>();
  private final ContainerIndex containers;

  FakeContents(ContainerIndex containers) {
    this.containers = containers;
  }

  private <T> Future<T> of(String ref, Supplier<T> answer) {
    try {
      containers.get(ref);
      return Future.succeededFuture(answer.get());
    } catch (EngineException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public Future<List<Change>> changes(String ref) {
    return of(ref, () -> List.copyOf(changes));
  }

  @Override
  public Future<Archive> export(String ref) {
    return of(ref, FakeContents::none);
  }

  @Override
  public Future<PathStat> stat(String ref, String path) {
    return of(
        ref,
        () -> {
          if (path.equals("/missing")) {
            throw new EngineException.NotFound(
                "Could not find the file " + path + " in container " + ref);
          }
          return new PathStat(path, 4096, FileStat.S_IFDIR | 0755, Fixtures.CREATED, "");
        });
  }

  @Override
  public Future<PathArchive> archive(String ref, String path) {
    return stat(ref, path).map(stat -> new PathArchive(stat, new EmptyArchive()));
  }

  @Override
  public Future<Void> extract(
      String ref, String path, ExtractOptions options, ReadStream<Buffer> archive) {
    return of(ref, FakeContents::none);
  }

  @Override
  public Future<String> commit(String ref, CommitRequest request) {
    return of(
        ref,
        () -> {
          commits.add(request);
          return Fixtures.BUSYBOX_ID;
        });
  }

  private static final class EmptyArchive extends QueuedFeed<Buffer> implements Archive {
    private final QueuedStream<Buffer> queue =
        new QueuedStream<>((ContextInternal) Vertx.currentContext(), Buffer::length, 1, () -> {});

    EmptyArchive() {
      queue.end();
    }

    @Override
    protected QueuedStream<Buffer> queue() {
      return queue;
    }

    @Override
    public void cancel() {
      queue.cancel();
    }
  }

  private static <T> T none() {
    throw new EngineException.NotFound("a fake container has no files");
  }
}
