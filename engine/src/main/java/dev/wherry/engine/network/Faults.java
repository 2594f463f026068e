package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** All that is wrong with a request, told at once as dockerd tells it. */
final class Faults {
  private final List<String> found = new ArrayList<>();

  /** Notes one; an empty text is none. */
  void add(String fault) {
    if (!fault.isEmpty()) {
      found.add(fault);
    }
  }

  /**
   * Ends a request that has any.
   *
   * @param what it is that has them
   * @throws EngineException.InvalidParameter with all of them, each in a line if there are several
   */
  void refuse(String what) {
    if (!found.isEmpty()) {
      String text =
          found.size() == 1
              ? found.getFirst()
              : found.stream().map(fault -> "* " + fault).collect(Collectors.joining("\n"));
      throw new EngineException.InvalidParameter(what + ":\n" + text);
    }
  }
}
