package dev.wherry.engine.lifecycle;

import dev.wherry.engine.error.EngineException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Which names containers may have, and which are taken. Thread-safe. */
final class ContainerNames {
  private static final String ALLOWED = "[a-zA-Z0-9][a-zA-Z0-9_.-]";
  private static final Pattern NAME = Pattern.compile(ALLOWED + "+");

  private static final List<String> ADJECTIVES =
      List.of(
          "able", "agile", "amber", "blithe", "bold", "brave", "bright", "brisk", "calm", "candid",
          "clever", "cosy", "crisp", "deft", "eager", "earnest", "fair", "fleet", "fond", "frank",
          "gentle", "glad", "golden", "hardy", "hearty", "humble", "jolly", "keen", "kind",
          "lively", "loyal", "lucid", "mellow", "merry", "mild", "modest", "neat", "nimble",
          "noble", "patient", "placid", "plucky", "quick", "quiet", "ready", "serene", "sharp",
          "silver", "sound", "spry", "stable", "steady", "stout", "sunny", "swift", "tidy",
          "trusty", "vivid", "warm", "wise", "witty", "zesty");

  /** People who moved goods, water or knowledge. */
  private static final List<String> SURNAMES =
      List.of(
          "amundsen",
          "anning",
          "baret",
          "bazalgette",
          "bering",
          "bird",
          "blackwell",
          "boole",
          "brunel",
          "cayley",
          "clapperton",
          "cochrane",
          "coleman",
          "cousteau",
          "curie",
          "darling",
          "dias",
          "drebbel",
          "earhart",
          "ericsson",
          "euler",
          "faraday",
          "fitch",
          "franklin",
          "fulton",
          "galois",
          "germain",
          "hopper",
          "huygens",
          "ibnbattuta",
          "kingsley",
          "lovelace",
          "magellan",
          "maury",
          "maxwell",
          "mclean",
          "meitner",
          "mercator",
          "nansen",
          "noether",
          "park",
          "perouse",
          "polo",
          "rennie",
          "ross",
          "shackleton",
          "smeaton",
          "somerville",
          "stephenson",
          "tasman",
          "telford",
          "trevithick",
          "turing",
          "vancouver",
          "watt",
          "zhenghe");

  private final Map<String, String> idByName = new ConcurrentHashMap<>();
  private final Random random = new SecureRandom();

  /**
   * Takes a name for a container.
   *
   * @param name with or without its leading slash; empty for a generated one
   * @return the name taken, without a slash
   * @throws EngineException.InvalidParameter if it is none
   * @throws EngineException.Conflict if another container has it
   */
  String reserve(String name, String id) {
    return name.isEmpty() ? generate(id) : take(check(name), id);
  }

  /**
   * Takes another name for a container that keeps its own for now.
   *
   * @return the name taken, without a slash
   * @throws EngineException.InvalidParameter if it is none
   * @throws EngineException.Conflict if another container has it
   */
  String reserveAnew(String name, String id) {
    String prefix = "Error when allocating new name: ";
    try {
      return reserve("/" + name, id);
    } catch (EngineException.Conflict e) {
      throw new EngineException.Conflict(prefix + e.getMessage());
    } catch (EngineException.InvalidParameter e) {
      throw new EngineException.InvalidParameter(prefix + e.getMessage(), e);
    }
  }

  /** Gives a name free, unless another container has it. */
  void release(String name, String id) {
    idByName.remove(name, id);
  }

  private String take(String name, String id) {
    String holder = idByName.putIfAbsent(name, id);
    if (holder != null && !holder.equals(id)) {
      throw new EngineException.Conflict(
          ("Conflict. The container name \"/%s\" is already in use by container \"%s\". You have to"
                  + " remove (or rename) that container to be able to reuse that name.")
              .formatted(name, holder));
    }
    return name;
  }

  private static String check(String name) {
    String bare = name.startsWith("/") ? name.substring(1) : name;
    if (!NAME.matcher(bare).matches()) {
      throw new EngineException.InvalidParameter(
          "Invalid container name (%s), only %s are allowed".formatted(name, ALLOWED));
    }
    return bare;
  }

  private String generate(String id) {
    for (int tries = 0; ; tries++) {
      String name =
          ADJECTIVES.get(random.nextInt(ADJECTIVES.size()))
              + "_"
              + SURNAMES.get(random.nextInt(SURNAMES.size()))
              + (tries < 5 ? "" : Integer.toString(random.nextInt(10_000)));
      if (idByName.putIfAbsent(name, id) == null) {
        return name;
      }
    }
  }
}
