package dev.wherry.engine.lifecycle;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.LiveContainerIndex;
import dev.wherry.engine.store.DocumentStore;

/** Containers' records, on disk before they are visible. */
final class Records {
  private final LiveContainerIndex index;
  private final DocumentStore<Container> store;

  Records(LiveContainerIndex index, DocumentStore<Container> store) {
    this.index = index;
    this.store = store;
  }

  LiveContainerIndex index() {
    return index;
  }

  Container save(Container container) {
    store.put(container.id(), container);
    index.put(container);
    return container;
  }

  /** Shows something that need not outlive the daemon. */
  Container show(Container container) {
    index.put(container);
    return container;
  }

  void delete(String id) {
    store.delete(id);
    index.remove(id);
  }
}
