package dev.wherry.api.route;

import dev.wherry.api.dto.ContainerSummaryView;
import dev.wherry.api.dto.DiskUsageView;
import dev.wherry.api.dto.ImageSummaryView;
import dev.wherry.api.dto.VolumeView;
import dev.wherry.api.dto.VolumeView.UsageView;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.mapping.ImageJson;
import dev.wherry.api.mapping.LayerSizes;
import dev.wherry.api.mapping.VolumeJson;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.lifecycle.ContainerLifecycle.DiskUsage;
import dev.wherry.engine.volume.Volume;
import dev.wherry.verticles.EngineClients;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code GET /system/df}: what images, containers and volumes take. */
final class DiskUsageRoute {
  private static final Set<String> TYPES = Set.of("container", "image", "volume", "build-cache");

  private final EngineClients engine;
  private final ContainerList list;

  DiskUsageRoute(EngineClients engine, ContainerList list) {
    this.engine = engine;
    this.list = list;
  }

  void mount(Routes routes) {
    routes.get("/system/df", this::serve);
  }

  private void serve(Exchange exchange) {
    Set<String> asked =
        exchange.version().atLeast(1, 42) ? Set.copyOf(exchange.queryAll("type")) : Set.of();
    for (String type : asked) {
      if (!TYPES.contains(type)) {
        throw new EngineException.InvalidParameter("unknown object type: " + type);
      }
    }
    Set<String> types = asked.isEmpty() ? TYPES : asked;
    List<Container> containers = engine.containers().index().list();
    List<Volume> volumes = engine.volumes().list();
    Future<Map<String, DiskUsage>> containerSizes =
        types.contains("container")
            ? engine.containers().diskUsage(containers.stream().map(Container::id).toList())
            : Future.succeededFuture(Map.of());
    Future<Map<String, Long>> volumeSizes =
        types.contains("volume")
            ? engine.volumes().sizes(volumes.stream().map(Volume::name).toList())
            : Future.succeededFuture(Map.of());
    exchange.then(
        Future.all(containerSizes, volumeSizes),
        both ->
            exchange.reply(
                200,
                view(
                    types,
                    containers,
                    containerSizes.result(),
                    volumes(volumes, containers, volumeSizes.result()),
                    exchange.version())));
  }

  private DiskUsageView view(
      Set<String> types,
      List<Container> containers,
      Map<String, DiskUsage> containerSizes,
      List<VolumeView> volumes,
      ApiVersion version) {
    boolean withImages = types.contains("image");
    List<Image> images = engine.images().list();
    @Nullable List<ContainerSummaryView> summaries =
        types.contains("container") ? list.views(containers, containerSizes, version) : null;
    return new DiskUsageView(
        withImages ? new LayerSizes(images).total() : 0,
        withImages ? images(images, containers, version) : null,
        summaries,
        types.contains("volume") ? volumes : null,
        types.contains("build-cache") ? List.of() : null);
  }

  private static List<ImageSummaryView> images(
      List<Image> images, List<Container> containers, ApiVersion version) {
    var sizes = new LayerSizes(images);
    Map<String, Long> users = ImageJson.users(containers);
    return images.stream()
        .map(
            image ->
                ImageJson.usage(
                    image, users.getOrDefault(image.id(), 0L), sizes.shared(image), version))
        .toList();
  }

  private static List<VolumeView> volumes(
      List<Volume> volumes, List<Container> containers, Map<String, Long> sizes) {
    Map<String, Long> references = VolumeJson.references(containers);
    return volumes.stream()
        .map(
            volume ->
                VolumeJson.view(
                    volume,
                    new UsageView(
                        references.getOrDefault(volume.name(), 0L),
                        sizes.getOrDefault(volume.name(), -1L))))
        .toList();
  }
}
