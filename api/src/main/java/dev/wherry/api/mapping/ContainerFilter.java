package dev.wherry.api.mapping;

import dev.wherry.api.dto.ContainerSummaryView.PortView;
import dev.wherry.api.http.Filters;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.container.LegacyLink;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Image;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which containers a list shows: {@code all}, {@code limit} and the filters of ContainerList. */
public final class ContainerFilter {
  private static final Set<String> KNOWN =
      Set.of(
          "ancestor",
          "before",
          "exited",
          "expose",
          "health",
          "id",
          "is-task",
          "isolation",
          "label",
          "name",
          "network",
          "publish",
          "since",
          "status",
          "volume");
  private static final Set<String> STATES =
      Set.of("created", "restarting", "running", "removing", "paused", "exited", "dead");
  private static final Set<String> HEALTH = Set.of("starting", "healthy", "unhealthy", "none");

  private final Filters filters;
  private final boolean all;
  private final int limit;
  private final Set<Integer> exitCodes;
  private final Set<String> published;
  private final Set<String> exposed;

  /**
   * Checks the parameters.
   *
   * @param all also those that do not run
   * @param limit no more than so many, running or not; 0 or less for no limit
   * @throws EngineException.InvalidParameter in dockerd's words for a filter or value it lacks
   */
  public ContainerFilter(Filters filters, boolean all, int limit) {
    this.filters = filters.requireOnly(KNOWN);
    this.all = all || limit > 0 || filters.has("status");
    this.limit = limit;
    for (String status : filters.get("status")) {
      refuseUnless(STATES.contains(status), "invalid filter 'status=" + status + "'");
    }
    for (String health : filters.get("health")) {
      refuseUnless(HEALTH.contains(health), "unrecognized filter value for health: " + health);
    }
    this.exitCodes = exitCodes(filters.get("exited"));
    this.published = ports("publish", filters.get("publish"));
    this.exposed = ports("expose", filters.get("expose"));
  }

  /**
   * Whether it lets everything that is listed by default through, so that its result can be kept.
   */
  public boolean isPlain() {
    return filters.fields().isEmpty() && limit <= 0;
  }

  public boolean all() {
    return all;
  }

  /**
   * The containers to show, newest first.
   *
   * @param image finds an image by name or id, {@code null} if there is none
   * @param images all images, for what descends from an ancestor
   * @throws EngineException.NotFound if {@code since} or {@code before} name no container
   */
  public List<Container> apply(
      ContainerIndex index, Function<String, @Nullable Image> image, List<Image> images) {
    List<Container> listed = between(index);
    Set<String> ancestors = filters.has("ancestor") ? ancestors(image, images) : Set.of();
    Set<String> ids = ids(index);
    Map<String, List<String>> linkNames = filters.has("name") ? LegacyLink.names(index) : Map.of();
    boolean tasksOnly = filters.flag("is-task", false);
    var shown = new ArrayList<Container>();
    for (Container container : listed) {
      boolean wanted =
          (all || StateJson.isListedByDefault(container.state()))
              && !tasksOnly
              && (!filters.has("ancestor") || ancestors.contains(container.imageId()))
              && (!filters.has("id") || ids.contains(container.id()))
              && nameMatches(container, linkNames)
              && matches(container);
      if (wanted) {
        shown.add(container);
        if (limit > 0 && shown.size() == limit) {
          break;
        }
      }
    }
    return shown;
  }

  private boolean matches(Container container) {
    return filters.exact("status", container.state().status())
        && filters.labels(container.config().labels())
        && filters.exact("health", health(container))
        && exitMatches(container.state())
        && filters.any("network", wanted -> isOn(container, wanted))
        && filters.any("volume", wanted -> hasMount(container, wanted))
        && (published.isEmpty() || isPublished(container))
        && (exposed.isEmpty()
            || container.config().exposedPorts().stream().anyMatch(exposed::contains));
  }

  private static String health(Container container) {
    return container.health() == null ? "none" : container.health().status().word();
  }

  private boolean nameMatches(Container container, Map<String, List<String>> linkNames) {
    return nameMatches(container.name())
        || linkNames.getOrDefault(container.id(), List.of()).stream().anyMatch(this::nameMatches);
  }

  private boolean nameMatches(String name) {
    return filters.matches("name", "/" + name) || filters.matches("name", name);
  }

  private boolean exitMatches(ContainerState state) {
    return exitCodes.isEmpty()
        || (state instanceof ContainerState.Exited exited && exitCodes.contains(exited.exitCode()));
  }

  private static boolean isOn(Container container, String network) {
    return container.networks().containsKey(network)
        || container.networks().values().stream()
            .anyMatch(attachment -> attachment.networkId().startsWith(network));
  }

  private static boolean hasMount(Container container, String wanted) {
    return container.mounts().stream()
        .anyMatch(
            mount ->
                mount.destination().equals(wanted)
                    || (mount.name().isEmpty() ? mount.source() : mount.name()).equals(wanted));
  }

  private boolean isPublished(Container container) {
    for (PortView port : ContainerSummaryJson.ports(container)) {
      if (published.contains(port.publicPort() + "/" + port.type())) {
        return true;
      }
    }
    return false;
  }

  /** The containers older than {@code before} and newer than {@code since}. */
  private List<Container> between(ContainerIndex index) {
    List<Container> containers = index.list();
    int first = 0;
    int end = containers.size();
    for (String before : filters.get("before")) {
      first = position(containers, index.get(before).id()) + 1;
    }
    for (String since : filters.get("since")) {
      int at = position(containers, index.get(since).id());
      end = at < 0 ? end : at;
    }
    return first >= end ? List.of() : containers.subList(first, end);
  }

  private static int position(List<Container> containers, String id) {
    for (int i = 0; i < containers.size(); i++) {
      if (containers.get(i).id().equals(id)) {
        return i;
      }
    }
    return -1;
  }

  private Set<String> ids(ContainerIndex index) {
    var ids = new HashSet<String>();
    for (String id : filters.get("id")) {
      for (Container container : index.list()) {
        if (container.id().startsWith(id) && isOnly(index, id)) {
          ids.add(container.id());
        }
      }
    }
    return ids;
  }

  /** An ambiguous prefix means no container, as in dockerd. */
  private static boolean isOnly(ContainerIndex index, String prefix) {
    return index.list().stream().filter(c -> c.id().startsWith(prefix)).limit(2).count() == 1;
  }

  private Set<String> ancestors(Function<String, @Nullable Image> find, List<Image> images) {
    var ids = new HashSet<String>();
    for (String ancestor : filters.get("ancestor")) {
      Image image = find.apply(ancestor);
      if (image != null) {
        ids.add(image.id());
      }
    }
    boolean grown = !ids.isEmpty();
    while (grown) {
      grown = false;
      for (Image image : images) {
        grown |= ids.contains(image.parent()) && ids.add(image.id());
      }
    }
    return ids;
  }

  private static Set<Integer> exitCodes(Set<String> texts) {
    var codes = new HashSet<Integer>();
    for (String text : texts) {
      try {
        codes.add(Integer.parseInt(text));
      } catch (NumberFormatException e) {
        throw new EngineException.InvalidParameter(
            "strconv.Atoi: parsing \"" + text + "\": invalid syntax", e);
      }
    }
    return codes;
  }

  private static Set<String> ports(String filter, Set<String> texts) {
    var ports = new HashSet<String>();
    for (String text : texts) {
      refuseUnless(
          !text.contains(":"), "filter for '" + filter + "' should not contain ':': " + text);
      refuseUnless(
          Port.range(Port.numberPart(text)) != null,
          "error while looking up for " + filter + " " + text + ": invalid port");
      ports.addAll(Port.expand(text));
    }
    return ports;
  }

  private static void refuseUnless(boolean good, String message) {
    if (!good) {
      throw new EngineException.InvalidParameter(message);
    }
  }

  /** The filters of ContainerPrune: a stopped container that matches is removed. */
  public static List<Container> prunable(Filters filters, List<Container> containers, Until until) {
    filters.requireOnly(Set.of("label", "label!", "until"));
    return containers.stream()
        .filter(c -> c.state().canStart() && !(c.state() instanceof ContainerState.Restarting))
        .filter(c -> filters.labelsOrNot(c.config().labels()))
        .filter(c -> until.includes(c.created()))
        .toList();
  }
}
