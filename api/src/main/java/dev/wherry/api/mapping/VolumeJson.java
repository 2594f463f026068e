package dev.wherry.api.mapping;

import dev.wherry.api.dto.VolumeView;
import dev.wherry.api.dto.VolumeView.UsageView;
import dev.wherry.api.http.Filters;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.volume.Volume;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Volumes as the API shows them, and which of them a list shows. */
public final class VolumeJson {
  private static final String DRIVER = "local";
  private static final Set<String> KNOWN = Set.of("dangling", "driver", "label", "name");
  private static final Set<String> KNOWN_FOR_PRUNE = Set.of("all", "label", "label!");

  private VolumeJson() {}

  /** A volume. */
  public static VolumeView view(Volume volume, @Nullable UsageView usage) {
    return new VolumeView(
        GoTime.seconds(volume.created()),
        DRIVER,
        volume.labels().isEmpty() ? null : volume.labels(),
        volume.mountpoint().toString(),
        volume.name(),
        volume.options().isEmpty() ? null : volume.options(),
        DRIVER,
        usage);
  }

  /** The volumes that pass the filters of VolumeList. */
  public static List<Volume> filter(
      List<Volume> volumes, Filters filters, List<Container> containers) {
    filters.requireOnly(KNOWN);
    boolean danglingOnly = filters.flag("dangling", false);
    Map<String, Long> references = references(containers);
    return volumes.stream()
        .filter(v -> filters.matches("name", v.name()))
        .filter(v -> filters.exact("driver", DRIVER))
        .filter(v -> filters.labels(v.labels()))
        .filter(v -> !filters.has("dangling") || danglingOnly != references.containsKey(v.name()))
        .toList();
  }

  /**
   * The volumes that no container refers to and that pass the filters of VolumePrune.
   *
   * @param named also those that were given a name
   */
  public static List<Volume> prunable(
      List<Volume> volumes, Filters filters, List<Container> containers, boolean named) {
    filters.requireOnly(KNOWN_FOR_PRUNE);
    Map<String, Long> references = references(containers);
    return volumes.stream()
        .filter(v -> !references.containsKey(v.name()))
        .filter(v -> named || v.anonymous())
        .filter(v -> filters.labelsOrNot(v.labels()))
        .toList();
  }

  /** How many containers refer to each volume. */
  public static Map<String, Long> references(List<Container> containers) {
    var references = new HashMap<String, Long>();
    for (Container container : containers) {
      container.mounts().stream()
          .map(MountPoint::name)
          .filter(name -> !name.isEmpty())
          .distinct()
          .forEach(name -> references.merge(name, 1L, Long::sum));
    }
    return references;
  }
}
