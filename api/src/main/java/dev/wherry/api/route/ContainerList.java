package dev.wherry.api.route;

import dev.wherry.api.dto.ContainerSummaryView;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Filters;
import dev.wherry.api.http.Json;
import dev.wherry.api.mapping.ContainerFilter;
import dev.wherry.api.mapping.ContainerSummaryJson;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.LegacyLink;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.lifecycle.ContainerLifecycle.DiskUsage;
import dev.wherry.verticles.container.Containers;
import dev.wherry.verticles.image.Images;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /containers/json}. The answer to a request without filters is kept for the second in
 * which its durations are true, and no longer than the containers and their images' names stay.
 */
final class ContainerList {
  private final Containers containers;
  private final Images images;
  private final Map<Key, Kept> kept = new ConcurrentHashMap<>();

  ContainerList(Containers containers, Images images) {
    this.containers = containers;
    this.images = images;
  }

  void serve(Exchange exchange) {
    Integer limit = exchange.optionalNumber("limit");
    var filter =
        new ContainerFilter(
            Filters.parse(exchange.queryOrEmpty("filters")),
            exchange.flag("all"),
            limit == null ? 0 : limit);
    Instant now = Instant.now();
    if (exchange.flag("size")) {
      List<Container> shown = filter.apply(containers.index(), this::find, images.list());
      exchange.then(
          containers.diskUsage(shown.stream().map(Container::id).toList()),
          usages -> exchange.reply(200, views(shown, usages, exchange.version())));
    } else if (filter.isPlain()) {
      byte[] json = written(filter, now, exchange.version());
      exchange.reply(200, ContainerInspection.wrap(json));
    } else {
      List<Container> shown = filter.apply(containers.index(), this::find, images.list());
      exchange.reply(200, views(shown, imageIds(shown), now, Map.of(), exchange.version()));
    }
  }

  private byte[] written(ContainerFilter filter, Instant now, ApiVersion version) {
    ContainerIndex index = containers.index();
    // Read before the list: a change in between makes the kept answer stale, never the other way.
    long indexVersion = index.version();
    var key = new Key(filter.all(), version);
    Kept before = kept.get(key);
    if (before != null
        && before.indexVersion == indexVersion
        && before.second == now.getEpochSecond()
        && before.imageIds.equals(imageIds(before.imageIds))) {
      return before.json;
    }
    List<Container> shown = filter.apply(index, this::find, List.of());
    Map<String, String> imageIds = imageIds(shown);
    byte[] json = Json.line(views(shown, imageIds, now, Map.of(), version)).getBytes();
    kept.put(key, new Kept(indexVersion, now.getEpochSecond(), imageIds, json));
    return json;
  }

  /** Entries with sizes, for the disk usage. */
  List<ContainerSummaryView> views(
      List<Container> shown, Map<String, DiskUsage> usages, ApiVersion version) {
    return views(shown, imageIds(shown), Instant.now(), usages, version);
  }

  private List<ContainerSummaryView> views(
      List<Container> shown,
      Map<String, String> imageIds,
      Instant now,
      Map<String, DiskUsage> usages,
      ApiVersion version) {
    var views = new ArrayList<ContainerSummaryView>(shown.size());
    Map<String, List<String>> linkNames = LegacyLink.names(containers.index());
    for (Container container : shown) {
      String image = container.config().image();
      boolean moved = !container.imageId().equals(imageIds.get(image));
      views.add(
          ContainerSummaryJson.of(
              container,
              names(container, linkNames),
              moved ? container.imageId() : image,
              now,
              usages.get(container.id()),
              version));
    }
    return views;
  }

  private static List<String> names(Container container, Map<String, List<String>> linkNames) {
    List<String> names = new ArrayList<>(linkNames.getOrDefault(container.id(), List.of()));
    names.add(container.name());
    return names;
  }

  /** What the references the containers were made from mean now, empty for nothing. */
  private Map<String, String> imageIds(List<Container> shown) {
    var ids = new HashMap<String, String>();
    for (Container container : shown) {
      ids.computeIfAbsent(container.config().image(), this::idOf);
    }
    return ids;
  }

  private Map<String, String> imageIds(Map<String, String> references) {
    var ids = new HashMap<String, String>();
    references.keySet().forEach(reference -> ids.put(reference, idOf(reference)));
    return ids;
  }

  private String idOf(String reference) {
    Image image = find(reference);
    return image == null ? "" : image.id();
  }

  private @Nullable Image find(String reference) {
    try {
      return images.get(reference);
    } catch (EngineException.NotFound | EngineException.InvalidParameter e) {
      // Its name has gone, or means several images by now: the container keeps its image's id.
      return null;
    }
  }

  private record Key(boolean all, ApiVersion version) {}

  /** An answer with what it was made from. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Kept(long indexVersion, long second, Map<String, String> imageIds, byte[] json) {}
}
