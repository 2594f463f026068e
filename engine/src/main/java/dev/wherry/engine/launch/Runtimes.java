package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The OCI runtimes of this host by name. */
public final class Runtimes {
  /** What containerd calls runc, and dockerd knows beside it. */
  private static final String RUNC_SHIM = "io.containerd.runc.v2";

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
   * @throws EngineException.InvalidParameter {@code unknown or invalid runtime name: X}
   */
  public OciRuntime get(String name) {
    OciRuntime runtime = name.isEmpty() ? byDefault : byName.get(name);
    if (runtime == null && name.equals(RUNC_SHIM)) {
      runtime = byName.get("runc");
    }
    if (runtime == null) {
      throw new EngineException.InvalidParameter("unknown or invalid runtime name: " + name);
    }
    return runtime;
  }

  /** All of them. */
  public List<OciRuntime> all() {
    return List.copyOf(byName.values());
  }
}
