package dev.wherry.verticles.container;

import dev.wherry.engine.contents.Change;
import dev.wherry.engine.contents.CommitRequest;
import dev.wherry.engine.contents.ExtractOptions;
import dev.wherry.engine.contents.PathStat;
import dev.wherry.verticles.bus.BodyInputStream;
import dev.wherry.verticles.bus.Command;
import dev.wherry.verticles.bus.OutputStreamSource;
import java.util.List;

/** What {@link ContainerVerticle} is asked about file systems. */
sealed interface ContentsCommand<R> extends Command<R> {

  record Changes(String ref) implements ContentsCommand<List<Change>> {}

  /** Answered once it is open; the archive is written from then on. */
  record Export(String ref, OutputStreamSource archive) implements ContentsCommand<Void> {}

  record Stat(String ref, String path) implements ContentsCommand<PathStat> {}

  /** Answered once the path is found; the archive is written from then on. */
  record Archive(String ref, String path, OutputStreamSource archive)
      implements ContentsCommand<PathStat> {}

  record Extract(String ref, String path, ExtractOptions options, BodyInputStream archive)
      implements ContentsCommand<Void> {}

  record Commit(String ref, CommitRequest request) implements ContentsCommand<String> {}
}
