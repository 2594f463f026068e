package dev.wherry.engine.container;

import dev.wherry.engine.error.EngineException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A link of one container to another on the default bridge (Docker's "Legacy container links"). It
 * gives the target one more name, {@code CONTAINER/ALIAS}, by which requests can mean it. Networks
 * of users have none: there, aliases and links are the name server's.
 *
 * @param target the id or name of the container that is linked to
 * @param alias what it is called in the container that has the link; may have slashes
 */
public record LegacyLink(String target, String alias) {

  /**
   * A link as the command line takes it, {@code container}, {@code container:alias}, or as inspect
   * shows it, {@code /container:/other/alias}.
   *
   * @throws EngineException.InvalidParameter {@code bad format for links}
   */
  public static LegacyLink parse(String text) {
    String[] words = text.split(":", -1);
    String target = words[0];
    if (words.length > 2 || target.isEmpty()) {
      throw new EngineException.InvalidParameter("bad format for links: " + text);
    }
    if (words.length == 1) {
      return new LegacyLink(target, target);
    }
    return target.startsWith("/")
        ? new LegacyLink(target.substring(1), words[1].substring(words[1].lastIndexOf('/') + 1))
        : new LegacyLink(target, words[1]);
  }

  /** The links of a container, the first of those with the same alias. */
  public static List<LegacyLink> of(Container container) {
    Map<String, LegacyLink> links = new HashMap<>();
    List<LegacyLink> result = new ArrayList<>();
    for (String text : container.hostConfig().network().links()) {
      LegacyLink link = parse(text);
      if (links.putIfAbsent(link.alias, link) == null) {
        result.add(link);
      }
    }
    return result;
  }

  /** The container that it leads to, empty if that one is gone. */
  public Optional<Container> target(ContainerIndex index) {
    return index.byId(target).or(() -> index.byName(target));
  }

  /** The target's further name, without a leading slash. */
  public String name(Container parent) {
    return parent.name() + "/" + alias;
  }

  /** As inspect shows it; by the target's id where that is gone. */
  public String shown(Container parent, ContainerIndex index) {
    return "/%s:/%s".formatted(target(index).map(Container::name).orElse(target), name(parent));
  }

  /** As it is kept. */
  public String text() {
    return target + ":" + alias;
  }

  /**
   * The link that gives a container the name {@code CONTAINER/ALIAS}.
   *
   * @param name without a leading slash
   */
  public static Optional<Place> find(ContainerIndex index, String name) {
    int slash = name.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    String alias = name.substring(slash + 1);
    return index
        .byName(name.substring(0, slash))
        .flatMap(
            parent ->
                of(parent).stream()
                    .filter(link -> link.alias.equals(alias))
                    .findFirst()
                    .map(link -> new Place(parent, link)));
  }

  /** The further names of all containers, by the ids of those that have any. */
  public static Map<String, List<String>> names(ContainerIndex index) {
    Map<String, List<String>> names = new HashMap<>();
    for (Container parent : index.list()) {
      for (LegacyLink link : of(parent)) {
        link.target(index)
            .ifPresent(
                child ->
                    names
                        .computeIfAbsent(child.id(), id -> new ArrayList<>())
                        .add(link.name(parent)));
      }
    }
    return names;
  }

  /**
   * A link with the container that has it.
   *
   * @param parent the container that has the link
   */
  public record Place(Container parent, LegacyLink link) {}
}
