package dev.wherry.api.route;

import dev.wherry.api.http.Endpoint;
import dev.wherry.verticles.container.Containers;

/** Containers: their files. */
final class ContainerFileRoutes {
  private final Containers containers;

  ContainerFileRoutes(Containers containers) {
    this.containers = containers;
  }

  void mount(Routes routes) {
    Endpoint archive = ofExisting("copying files from and to a container");
    routes
        .head("/containers/:name/archive", archive)
        .get("/containers/:name/archive", archive)
        .put("/containers/:name/archive", archive)
        .get("/containers/:name/export", ofExisting("exporting a container"))
        .get("/containers/:name/changes", ofExisting("listing a container's changed files"));
  }

  /** Refuses by name, once it is clear that the container is there. */
  private Endpoint ofExisting(String operation) {
    return exchange -> {
      containers.index().get(exchange.path("name"));
      throw Missing.refusal(operation);
    };
  }
}
