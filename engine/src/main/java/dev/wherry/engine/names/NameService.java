package dev.wherry.engine.names;

import dev.wherry.engine.container.Container;
import dev.wherry.engine.network.NetworkManager.Sandbox;

/**
 * Names at 127.0.0.11 inside the network namespaces of containers on networks that users made; the
 * predefined networks have none. Calls for one sandbox come one after the other.
 */
public interface NameService {
  /** The name server's address inside each container. */
  String ADDRESS = "127.0.0.11";

  /** Serves nobody. */
  NameService NONE =
      new NameService() {
        @Override
        public void serve(Container container, Sandbox sandbox) {}

        @Override
        public void withdraw(String sandboxId) {}
      };

  /**
   * Shows a container to those on its networks, and them to it; returns when its queries are taken.
   * Once more after its name or its networks have changed.
   *
   * @param sandbox open, with the present attachments
   * @throws dev.wherry.engine.error.EngineException.Internal if the kernel refuses
   */
  void serve(Container container, Sandbox sandbox);

  /** Shows it no more and closes its sockets; nothing happens for one that is not served. */
  void withdraw(String sandboxId);
}
