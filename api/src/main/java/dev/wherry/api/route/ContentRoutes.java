package dev.wherry.api.route;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.wherry.api.dto.CreateRequest;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Json;
import dev.wherry.api.mapping.PathStatJson;
import dev.wherry.api.mapping.create.ImageConfigMapper;
import dev.wherry.api.stream.BodyStream;
import dev.wherry.engine.contents.Change;
import dev.wherry.engine.contents.CommitRequest;
import dev.wherry.engine.contents.ExtractOptions;
import dev.wherry.engine.contents.PathStat;
import dev.wherry.engine.error.EngineException;
import dev.wherry.verticles.bus.Archive;
import dev.wherry.verticles.container.Contents;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is in containers' file systems: changes, archives in both directions, and commits. */
final class ContentRoutes {
  private static final Json.Shape<CreateRequest> CONFIG = Json.shape(CreateRequest.class);
  private static final String STAT_HEADER = "X-Docker-Container-Path-Stat";

  private final Contents contents;

  ContentRoutes(Contents contents) {
    this.contents = contents;
  }

  void mount(Routes routes) {
    routes
        .get("/containers/:name/changes", this::changes)
        .get("/containers/:name/export", this::export)
        .head("/containers/:name/archive", this::stat)
        .get("/containers/:name/archive", this::archive)
        .put("/containers/:name/archive", this::extract)
        .post("/commit", this::commit);
  }

  private void changes(Exchange exchange) {
    exchange.then(
        contents.changes(exchange.path("name")),
        changes -> exchange.reply(200, Json.line(view(changes))));
  }

  /** dockerd says {@code null} where nothing changed. */
  private static @Nullable List<ChangeView> view(List<Change> changes) {
    return changes.isEmpty()
        ? null
        : changes.stream()
            .map(change -> new ChangeView(change.path(), change.kind().number()))
            .toList();
  }

  private void export(Exchange exchange) {
    exchange.then(
        contents.export(exchange.path("name")),
        archive -> send(exchange, "application/octet-stream", archive));
  }

  private static void send(Exchange exchange, String type, Archive archive) {
    BodyStream.serve(exchange, type, archive, piece -> piece, archive::cancel);
  }

  private void stat(Exchange exchange) {
    exchange.then(
        contents.stat(exchange.path("name"), path(exchange)),
        stat -> {
          putStat(exchange, stat);
          exchange.replyEmpty(200);
        });
  }

  private static void putStat(Exchange exchange, PathStat stat) {
    exchange.response().putHeader(STAT_HEADER, PathStatJson.header(stat));
  }

  private void archive(Exchange exchange) {
    exchange.then(
        contents.archive(exchange.path("name"), path(exchange)),
        found -> {
          putStat(exchange, found.stat());
          send(exchange, "application/x-tar", found.archive());
        });
  }

  private void extract(Exchange exchange) {
    var options =
        new ExtractOptions(exchange.flag("noOverwriteDirNonDir"), exchange.flag("copyUIDGID"));
    exchange.then(
        contents.extract(exchange.path("name"), path(exchange), options, exchange.bodyStream()),
        done -> exchange.replyEmpty(200));
  }

  private static String path(Exchange exchange) {
    String path = exchange.queryOrEmpty("path");
    if (path.isEmpty()) {
      throw new EngineException.InvalidParameter("bad parameter: path cannot be empty");
    }
    return path;
  }

  private void commit(Exchange exchange) {
    Future<@Nullable CreateRequest> body = exchange.json(CONFIG);
    exchange.then(
        body,
        config ->
            exchange.then(
                contents.commit(exchange.queryOrEmpty("container"), request(exchange, config)),
                id -> exchange.reply(201, new Committed(id))));
  }

  private static CommitRequest request(Exchange exchange, @Nullable CreateRequest config) {
    String repository = exchange.queryOrEmpty("repo");
    String tag = exchange.queryOrEmpty("tag");
    return new CommitRequest(
        repository.isEmpty() ? null : NewName.of(repository, tag),
        exchange.queryOrEmpty("comment"),
        exchange.queryOrEmpty("author"),
        exchange.queryAll("changes"),
        exchange.queryOrEmpty("pause").isEmpty() || exchange.flag("pause"),
        config == null || config.isEmpty() ? null : ImageConfigMapper.map(config));
  }

  private record ChangeView(String path, int kind) {}

  private record Committed(@JsonProperty("Id") String id) {}
}
