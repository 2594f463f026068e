package dev.wherry.engine.names;

import dev.wherry.engine.names.NameDirectory.Place;
import java.util.Map;
import java.util.Set;

/**
 * A sandbox on one network.
 *
 * @param names under which it is found there
 * @param links names of its own for others there: alias to name
 */
record Membership(
    String networkId,
    String networkName,
    Place place,
    Set<String> names,
    Map<String, String> links) {}
