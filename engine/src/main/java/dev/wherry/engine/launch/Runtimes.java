package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The OCI runtimes of this host by name. */
public final class Runtimes {
  private final Map<String, OciRuntime> byName = new LinkedHashMap<>();
  private final OciRuntime byDefault;

  Runtimes(List<OciRuntime> runtimes, OciRuntime byDefault) {
    runtimes.forEach(runtime -> byName.put(runtime.name(), runtime));
    this.byDefault = byDefault;
  }

  /** The one used when none is asked for. */
  public OciRuntime byDefault() {
    return byDefault;
  }

  /**
   * @param name empty for the default
   * @throws EngineException.InvalidParameter {@code Unknown runtime specified X}
   */
  public OciRuntime get(String name) {
    OciRuntime runtime = name.isEmpty() ? byDefault : byName.get(name);
    if (runtime == null) {
      throw new EngineException.InvalidParameter("Unknown runtime specified " + name);
    }
    return runtime;
  }

  /** All of them. */
  public List<OciRuntime> all() {
    return List.copyOf(byName.values());
  }
}
