package dev.wherry.engine.image;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageStore.ImageUser;
import dev.wherry.engine.image.ImageStore.ImageUsers;
import dev.wherry.engine.store.Ids;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What removing an image means, by dockerd's rules: a name takes away the name, and the image with
 * the last one; an id takes away all names if they are of one repository. A running container, and
 * an image made from this one, always stand in the way of an image's deletion; a stopped container
 * and several names do unless forced.
 */
final class ImageRemoval {

  /** What is to be done, in order. */
  sealed interface Step {
    /** A name goes; an event says so where dockerd has one. */
    record Untag(String imageId, ImageReference reference, boolean event) implements Step {}

    record Delete(String imageId) implements Step {}
  }

  private record Conflict(boolean hard, boolean used, String message) {}

  private final ImageIndex index;
  private final ImageUsers users;
  private final boolean force;
  private final boolean prune;
  private final List<Step> steps = new ArrayList<>();

  private ImageRemoval(ImageIndex index, ImageUsers users, boolean force, boolean prune) {
    this.index = index;
    this.users = users;
    this.force = force;
    this.prune = prune;
  }

  /**
   * The steps of a removal.
   *
   * @throws EngineException.Conflict naming what stands in the way
   */
  static List<Step> plan(
      ImageIndex index, String nameOrId, boolean force, boolean prune, ImageUsers users) {
    ImageRemoval removal = new ImageRemoval(index, users, force, prune);
    Image image = index.get(nameOrId);
    if (isIdPrefix(image.id(), nameOrId)) {
      removal.byId(image);
    } else {
      removal.byName(image, nameOrId);
    }
    return removal.steps;
  }

  private static boolean isIdPrefix(String id, String text) {
    return id.startsWith(text) || id.substring(id.indexOf(':') + 1).startsWith(text);
  }

  private void byName(Image image, String name) {
    List<ImageReference> references = index.referencesTo(image.id());
    if (!force && isSingle(references)) {
      Optional<ImageUser> user = users.of(image.id()).stream().findFirst();
      if (user.isPresent()) {
        throw new EngineException.Conflict(
            ("conflict: unable to remove repository reference \"%s\" (must force) - container %s is"
                    + " using its referenced image %s")
                .formatted(name, Ids.shortened(user.get().containerId()), shortId(image.id())));
      }
    }
    ImageReference removed = ImageIndex.stored(ImageReference.parse(name));
    steps.add(new Step.Untag(image.id(), removed, true));
    List<ImageReference> left = new ArrayList<>(references);
    left.remove(removed);
    if (removed.digest() == null && left.stream().noneMatch(r -> isTagOf(r, removed))) {
      // No tag of the repository is left: digests of it alone would only be in the way.
      for (ImageReference reference : List.copyOf(left)) {
        if (sameRepository(reference, removed)) {
          steps.add(new Step.Untag(image.id(), reference, false));
          left.remove(reference);
        }
      }
    }
    if (left.isEmpty()) {
      delete(image, left, force, true);
    }
  }

  private void byId(Image image) {
    List<ImageReference> references = index.referencesTo(image.id());
    if (isSingle(references)) {
      refuse(image, conflict(image, List.of(), force, users.of(image.id())));
      for (ImageReference reference : references) {
        steps.add(new Step.Untag(image.id(), reference, true));
      }
      references = List.of();
    }
    delete(image, references, force, false);
  }

  private static boolean isTagOf(ImageReference reference, ImageReference of) {
    return reference.digest() == null && sameRepository(reference, of);
  }

  private static boolean sameRepository(ImageReference a, ImageReference b) {
    return a.domain().equals(b.domain()) && a.path().equals(b.path());
  }

  /** Whether all names are one tag, with or without digests of the same repository. */
  private static boolean isSingle(List<ImageReference> references) {
    if (references.size() <= 1) {
      return true;
    }
    Predicate<ImageReference> isTag = reference -> reference.digest() == null;
    ImageReference first = references.getFirst();
    return references.stream().filter(isTag).count() <= 1
        && references.stream().allMatch(reference -> sameRepository(reference, first));
  }

  /**
   * Deletes an image if nothing stands in the way, and its parents if they are pruned.
   *
   * @param references that point at it once the steps so far are done
   * @param quiet whether something in the way just ends it, because a name has been removed already
   */
  private void delete(Image image, List<ImageReference> references, boolean forced, boolean quiet) {
    Conflict conflict = conflict(image, references, forced, users.of(image.id()));
    if (conflict != null) {
      boolean dangling = references.isEmpty() && children(image).isEmpty();
      if (quiet && (!dangling || conflict.used)) {
        return;
      }
      refuse(image, conflict);
    }
    for (ImageReference reference : references) {
      steps.add(new Step.Untag(image.id(), reference, true));
    }
    steps.add(new Step.Delete(image.id()));
    Image parent = index.byId().get(image.parent());
    if (prune && parent != null) {
      delete(parent, index.referencesTo(parent.id()), false, true);
    }
  }

  private static void refuse(Image image, @Nullable Conflict conflict) {
    if (conflict != null) {
      throw new EngineException.Conflict(
          "conflict: unable to delete %s (%s) - %s"
              .formatted(
                  shortId(image.id()),
                  conflict.hard ? "cannot be forced" : "must be forced",
                  conflict.message));
    }
  }

  private @Nullable Conflict conflict(
      Image image,
      List<ImageReference> references,
      boolean forced,
      Collection<ImageUser> containers) {
    if (!children(image).isEmpty()) {
      return new Conflict(true, false, "image has dependent child images");
    }
    for (ImageUser user : containers) {
      if (user.running()) {
        return new Conflict(
            true,
            true,
            "image is being used by running container " + Ids.shortened(user.containerId()));
      }
    }
    if (!forced && !references.isEmpty()) {
      return new Conflict(false, false, "image is referenced in multiple repositories");
    }
    if (!forced && !containers.isEmpty()) {
      return new Conflict(
          false,
          true,
          "image is being used by stopped container "
              + Ids.shortened(containers.iterator().next().containerId()));
    }
    return null;
  }

  /** The images made from one that are not on their way out by the steps so far. */
  private List<Image> children(Image image) {
    return index.children(image.id()).stream()
        .filter(child -> !steps.contains(new Step.Delete(child.id())))
        .toList();
  }

  private static String shortId(String imageId) {
    return Ids.shortened(imageId.substring(imageId.indexOf(':') + 1));
  }
}
