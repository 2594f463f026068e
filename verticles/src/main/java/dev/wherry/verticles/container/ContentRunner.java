package dev.wherry.verticles.container;

import dev.wherry.engine.contents.ContainerContents;
import dev.wherry.engine.contents.ContainerContents.Incoming;
import dev.wherry.engine.contents.ContainerContents.Outgoing;
import dev.wherry.engine.contents.ContainerContents.PathArchive;
import dev.wherry.engine.contents.PathStat;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.BodyInputStream;
import dev.wherry.verticles.bus.EngineFailure;
import dev.wherry.verticles.bus.OutputStreamSource;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * File systems of containers. Each is opened in the container's lane; archives go to and come from
 * clients beside it, on the pool of those that clients pace, so that a stalled one holds up no
 * stop.
 */
final class ContentRunner {
  private final ContainerRoom room;
  private final ContainerContents contents;
  private final Blocking transfers;

  ContentRunner(ContainerRoom room, ContainerContents contents, Blocking transfers) {
    this.room = room;
    this.contents = contents;
    this.transfers = transfers;
  }

  Future<?> answer(ContentsCommand<?> command) {
    return switch (command) {
      case ContentsCommand.Changes what -> room.kernel().call(() -> contents.changes(what.ref()));
      case ContentsCommand.Export what ->
          inLane(what.ref(), () -> contents.export(what.ref()))
              .<Void>map(opened -> send(opened, what.archive()));
      case ContentsCommand.Stat what ->
          inLane(what.ref(), () -> contents.stat(what.ref(), what.path()));
      case ContentsCommand.Archive what ->
          inLane(what.ref(), () -> contents.archive(what.ref(), what.path()))
              .map(found -> send(found, what));
      case ContentsCommand.Extract what -> extract(what);
      case ContentsCommand.Commit what ->
          inLane(what.ref(), () -> contents.commit(what.ref(), what.request()));
    };
  }

  private <T> Future<T> inLane(String ref, Callable<T> call) {
    return room.inLane(ref, container -> room.kernel().call(call));
  }

  private PathStat send(PathArchive found, ContentsCommand.Archive what) {
    PathStat stat = found.stat();
    send(found, what.archive());
    return stat;
  }

  /** Begins to write an archive, which is closed in every case. */
  private @Nullable Void send(Outgoing opened, OutputStreamSource to) {
    transfers
        .run(
            () -> {
              try (opened) {
                opened.writeTo(to);
                to.close();
              }
            })
        .onFailure(failure -> to.fail(EngineFailure.toEngineException(failure)));
    return null;
  }

  private Future<Void> extract(ContentsCommand.Extract what) {
    BodyInputStream body = what.archive();
    Future<Incoming> opened;
    try {
      opened =
          inLane(what.ref(), () -> contents.extractInto(what.ref(), what.path(), what.options()));
    } catch (EngineException e) {
      opened = Future.failedFuture(e);
    }
    return opened
        .compose(place -> transfers.run(() -> receive(place, body)))
        // What was not read is dropped, so that the connection can carry the answer.
        .onComplete(done -> body.close());
  }

  private static void receive(Incoming place, BodyInputStream body) throws IOException {
    try (place) {
      place.extract(body);
    } catch (IOException e) {
      // A client that goes away is no fault of ours.
      if (body.isBroken()) {
        throw new EngineException.InvalidParameter(String.valueOf(e.getMessage()), e);
      }
      throw e;
    }
  }
}
