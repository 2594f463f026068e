package dev.wherry.verticles.image;

import dev.wherry.engine.container.ContainerIndex;
import dev.wherry.engine.image.ImageStore.ImageUser;
import dev.wherry.engine.image.ImageStore.ImageUsers;
import java.util.Collection;

/** Tells which containers were made from an image. */
public final class ContainerUsers implements ImageUsers {
  private final ContainerIndex containers;

  public ContainerUsers(ContainerIndex containers) {
    this.containers = containers;
  }

  @Override
  public Collection<ImageUser> of(String imageId) {
    return containers.list().stream()
        .filter(container -> container.imageId().equals(imageId))
        .map(container -> new ImageUser(container.id(), container.state().isAlive()))
        .toList();
  }
}
