package dev.wherry.api.route;

import dev.wherry.api.http.Endpoint;
import dev.wherry.engine.error.EngineException;

/** Operations of the API that this engine does not have: each says so by its name. */
final class Missing {
  private Missing() {}

  /** An endpoint that refuses. */
  static Endpoint operation(String name) {
    return exchange -> {
      throw refusal(name);
    };
  }

  /** The refusal itself, for an endpoint that checks something first. */
  static EngineException refusal(String name) {
    return new EngineException.NotImplemented(name + " is not supported by this engine");
  }
}
