package dev.wherry.api.route;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.wherry.api.dto.ImageSummaryView;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Filters;
import dev.wherry.api.mapping.ImageFilter;
import dev.wherry.api.mapping.ImageJson;
import dev.wherry.api.mapping.ImageManifests;
import dev.wherry.api.mapping.LayerSizes;
import dev.wherry.api.mapping.Until;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageFilters;
import dev.wherry.engine.image.ImageStore.ImageDeletion;
import dev.wherry.engine.image.Platforms;
import dev.wherry.verticles.container.Containers;
import dev.wherry.verticles.event.Events;
import dev.wherry.verticles.image.Images;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Images: what there are, one of them, its names, and away with them. */
final class ImageRoutes {
  private static final Set<String> PRUNE_FILTERS = Set.of("dangling", "label", "label!", "until");

  private final Images images;
  private final Containers containers;
  private final Events events;
  private final String driver;

  ImageRoutes(Images images, Containers containers, Events events, String driver) {
    this.images = images;
    this.containers = containers;
    this.events = events;
    this.driver = driver;
  }

  void mount(Routes routes) {
    routes
        .get("/images/json", this::list)
        .post("/images/prune", this::prune)
        .named(HttpMethod.GET, "/images/", "/json", this::inspect)
        .named(HttpMethod.GET, "/images/", "/history", this::history)
        .named(HttpMethod.POST, "/images/", "/tag", this::tag)
        .named(HttpMethod.DELETE, "/images/", "", this::remove);
  }

  private void list(Exchange exchange) {
    Filters filters = listFilters(exchange);
    var filter = new ImageFilter(filters, exchange.flag("all"), Instant.now());
    List<Image> all = images.list();
    List<Image> shown = filter.apply(all, images::get);
    var sizes = exchange.flag("shared-size") ? new LayerSizes(all) : null;
    Map<String, Long> users =
        exchange.version().atLeast(1, 51) ? ImageJson.users(containers.index().list()) : Map.of();
    long notUsed = exchange.version().atLeast(1, 51) ? 0 : -1;
    List<ImageSummaryView> views =
        shown.stream()
            .map(
                image ->
                    ImageJson.summary(
                        image,
                        users.getOrDefault(image.id(), notUsed),
                        sizes == null ? -1 : sizes.shared(image),
                        exchange.version()))
            .toList();
    if (exchange.version().atLeast(1, 47) && exchange.flag("manifests")) {
      var manifests = manifests();
      List<ImageSummaryView> plain = views;
      views =
          IntStream.range(0, plain.size())
              .mapToObj(i -> plain.get(i).withManifests(manifests.of(shown.get(i))))
              .toList();
    }
    exchange.reply(200, views);
  }

  /** Before 1.41 a name could be given by itself. */
  private static Filters listFilters(Exchange exchange) {
    Filters filters = Filters.parse(exchange.queryOrEmpty("filters"));
    String name = exchange.version().atLeast(1, 41) ? "" : exchange.queryOrEmpty("filter");
    return name.isEmpty() ? filters : filters.with("reference", name);
  }

  private ImageManifests manifests() {
    return new ImageManifests(images::manifest, containers.index().list());
  }

  private void inspect(Exchange exchange) {
    Image image = named(exchange);
    boolean withManifests = exchange.version().atLeast(1, 48) && exchange.flag("manifests");
    exchange.reply(
        200,
        ImageJson.inspect(
            image, driver, exchange.version(), withManifests ? manifests().of(image) : List.of()));
  }

  /** The image that is asked about, for the platform that is asked for. */
  private Image named(Exchange exchange) {
    String name = exchange.path("name");
    Image image = images.get(name);
    Platforms.require(image, name, PlatformParameter.of(exchange));
    return image;
  }

  private void history(Exchange exchange) {
    exchange.reply(200, ImageJson.history(named(exchange), this::byId));
  }

  private Optional<Image> byId(String id) {
    return images.list().stream().filter(image -> image.id().equals(id)).findFirst();
  }

  private void tag(Exchange exchange) {
    String repository = exchange.queryOrEmpty("repo");
    String tag = exchange.queryOrEmpty("tag");
    if (repository.isEmpty()) {
      throw new EngineException.InvalidParameter("invalid reference format");
    }
    exchange.then(
        images.tag(exchange.path("name"), NewName.of(repository, tag)),
        done -> exchange.replyEmpty(201));
  }

  private void remove(Exchange exchange) {
    String platform = PlatformParameter.ofMany(exchange);
    if (!platform.isEmpty()) {
      String name = exchange.path("name");
      Platforms.require(images.get(name), name, platform);
    }
    exchange.then(
        images.remove(exchange.path("name"), exchange.flag("force"), !exchange.flag("noprune")),
        deletions -> exchange.reply(200, deletions.stream().map(ImageRoutes::view).toList()));
  }

  private void prune(Exchange exchange) {
    Filters filters = Filters.parse(exchange.queryOrEmpty("filters")).requireOnly(PRUNE_FILTERS);
    boolean danglingOnly = filters.flag("dangling", true);
    Until until = Until.of(filters, Instant.now());
    Set<String> used =
        containers.index().list().stream().map(Container::imageId).collect(Collectors.toSet());
    List<Image> before = images.list();
    Future<List<ImageDeletion>> removed = Future.succeededFuture(new ArrayList<>());
    for (Image image : before) {
      boolean wanted =
          !used.contains(image.id())
              && (!danglingOnly || ImageFilters.isDangling(image))
              && filters.labelsOrNot(ImageFilter.labels(image))
              && until.includes(image.created());
      if (wanted) {
        removed = removed.compose(soFar -> removeAll(image, soFar));
      }
    }
    exchange.then(
        removed,
        deletions -> {
          Pruned pruned = pruned(before, deletions);
          Prune.tell(exchange, events, EngineEvent.Type.IMAGE, pruned.spaceReclaimed(), pruned);
        });
  }

  /** Takes away all names of an image, and with the last the image. */
  private Future<List<ImageDeletion>> removeAll(Image image, List<ImageDeletion> soFar) {
    List<String> names = new ArrayList<>(image.repoTags());
    names.addAll(image.repoDigests());
    if (names.isEmpty()) {
      names.add(image.id());
    }
    Future<List<ImageDeletion>> done = Future.succeededFuture(soFar);
    for (String name : names) {
      done =
          done.compose(
              all ->
                  images
                      .remove(name, false, true)
                      .otherwise(ImageRoutes::keptBecauseUsed)
                      .map(
                          some -> {
                            all.addAll(some);
                            return all;
                          }));
    }
    return done;
  }

  /** What has come into use, or gone, since we looked is passed over. */
  private static List<ImageDeletion> keptBecauseUsed(Throwable failure) {
    if (failure instanceof EngineException.Conflict
        || failure instanceof EngineException.NotFound) {
      return List.of();
    }
    throw failure instanceof EngineException known
        ? known
        : new EngineException.Internal("cannot remove an image: " + failure.getMessage(), failure);
  }

  private Pruned pruned(List<Image> before, List<ImageDeletion> deletions) {
    long freed = new LayerSizes(before).total() - new LayerSizes(images.list()).total();
    return new Pruned(
        deletions.isEmpty() ? null : deletions.stream().map(ImageRoutes::view).toList(),
        Math.max(0, freed));
  }

  private static Deletion view(ImageDeletion deletion) {
    return new Deletion(deletion.untagged(), deletion.deleted());
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Deletion(@Nullable String untagged, @Nullable String deleted) {}

  private record Pruned(@Nullable List<Deletion> imagesDeleted, long spaceReclaimed) {}
}
