package dev.wherry.verticles.container;

import dev.wherry.engine.contents.Change;
import dev.wherry.engine.contents.CommitRequest;
import dev.wherry.engine.contents.ExtractOptions;
import dev.wherry.engine.contents.PathStat;
import dev.wherry.verticles.bus.Addresses;
import dev.wherry.verticles.bus.Archive;
import dev.wherry.verticles.bus.BodyInputStream;
import dev.wherry.verticles.bus.Commands;
import dev.wherry.verticles.bus.Contexts;
import dev.wherry.verticles.bus.OutputStreamSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.List;

/** Asks {@link ContainerVerticle} about file systems. */
public final class ContentsClient implements Contents {
  private final Vertx vertx;

  public ContentsClient(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  public Future<List<Change>> changes(String ref) {
    return ask(new ContentsCommand.Changes(ref));
  }

  @Override
  public Future<Archive> export(String ref) {
    OutputStreamSource source = new OutputStreamSource(Contexts.current(vertx));
    return ask(new ContentsCommand.Export(ref, source)).map(ignored -> source.archive());
  }

  @Override
  public Future<PathStat> stat(String ref, String path) {
    return ask(new ContentsCommand.Stat(ref, path));
  }

  @Override
  public Future<PathArchive> archive(String ref, String path) {
    OutputStreamSource source = new OutputStreamSource(Contexts.current(vertx));
    return ask(new ContentsCommand.Archive(ref, path, source))
        .map(stat -> new PathArchive(stat, source.archive()));
  }

  @Override
  public Future<Void> extract(
      String ref, String path, ExtractOptions options, ReadStream<Buffer> archive) {
    BodyInputStream body = new BodyInputStream(Contexts.current(vertx), archive);
    return ask(new ContentsCommand.Extract(ref, path, options, body));
  }

  @Override
  public Future<String> commit(String ref, CommitRequest request) {
    return ask(new ContentsCommand.Commit(ref, request));
  }

  private <R> Future<R> ask(ContentsCommand<R> command) {
    return Commands.ask(vertx, Addresses.CONTENTS, command);
  }
}
