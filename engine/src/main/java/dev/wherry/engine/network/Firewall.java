package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Nftables;
import dev.wherry.engine.linux.NftablesException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our rules in the kernel, and our own knowledge of what they should be. A change that the kernel
 * refuses, because somebody has emptied the rule set meanwhile, is made by writing all of them
 * anew. Thread-safe.
 */
final class Firewall {
  private static final Logger LOG = LoggerFactory.getLogger(Firewall.class);

  private final Nftables nftables;
  private final FirewallRules rules;
  private Map<String, BridgeRules> bridges = new LinkedHashMap<>();
  private Set<PortRule> ports = new LinkedHashSet<>();

  Firewall(Nftables nftables, String table) {
    this.nftables = nftables;
    this.rules = new FirewallRules(table);
  }

  /** Writes all rules anew. */
  synchronized void restore() {
    change("", bridges, ports);
  }

  /**
   * Writes all rules anew if the table is gone, because somebody has flushed the rule set.
   *
   * @return whether it was
   */
  synchronized boolean restoreIfGone() {
    boolean there =
        nftables.run("list tables").lines().anyMatch(("table " + rules.table())::equals);
    if (!there) {
      restore();
      LOG.warn("table {} was gone from the rule set: it is written anew", rules.table());
    }
    return !there;
  }

  /** What is published now. */
  synchronized Set<PortRule> ports() {
    return Set.copyOf(ports);
  }

  /** Removes the table: the kernel lets through whatever the host's other tables do. */
  synchronized void remove() {
    nftables.run("table " + rules.table() + "\n" + rules.delete());
  }

  synchronized void add(BridgeRules bridge) {
    Map<String, BridgeRules> after = new LinkedHashMap<>(bridges);
    BridgeRules before = after.put(bridge.bridge(), bridge);
    String script = before == null ? "" : rules.remove(before);
    if (!bridge.equals(before)) {
      change(script + rules.add(bridge), after, ports);
    }
  }

  synchronized void remove(String bridge) {
    Map<String, BridgeRules> after = new LinkedHashMap<>(bridges);
    BridgeRules before = after.remove(bridge);
    if (before != null) {
      change(rules.remove(before), after, ports);
    }
  }

  /** Publishes ports in place of others, in one transaction; those in both are not touched. */
  synchronized void publish(
      Collection<? extends PortRule> before, Collection<? extends PortRule> after) {
    Set<PortRule> all = new LinkedHashSet<>(ports);
    Set<PortRule> staying = new HashSet<>(after);
    List<? extends PortRule> gone =
        before.stream().filter(port -> !staying.contains(port) && all.remove(port)).toList();
    List<? extends PortRule> fresh = after.stream().filter(all::add).toList();
    if (!gone.isEmpty() || !fresh.isEmpty()) {
      change(rules.unpublish(gone) + rules.publish(fresh), bridges, all);
    }
  }

  /** Notes ports of containers that outlived the daemon; {@link #restore} then writes them. */
  synchronized void note(Collection<? extends PortRule> survivors) {
    ports.addAll(survivors);
  }

  /** Notes a bridge; {@link #restore} then writes it. */
  synchronized void note(BridgeRules bridge) {
    bridges.put(bridge.bridge(), bridge);
  }

  /**
   * Makes a change, or all rules anew if there is no script for it or the kernel refuses that.
   *
   * @throws EngineException.Internal if neither can be done; then nothing has changed
   */
  private void change(
      String script, Map<String, BridgeRules> bridgesAfter, Set<PortRule> portsAfter) {
    List<String> attempts = new ArrayList<>();
    if (!script.isEmpty()) {
      attempts.add(script);
    }
    attempts.add(rules.everything(bridgesAfter.values(), portsAfter));
    for (String attempt : attempts) {
      try {
        nftables.run(attempt);
        bridges = bridgesAfter;
        ports = portsAfter;
        return;
      } catch (NftablesException e) {
        if (attempt.equals(attempts.getLast())) {
          throw new EngineException.Internal("nftables: " + e.getMessage(), e);
        }
        LOG.warn("nftables refused a change, all rules are written anew: {}", e.getMessage());
      }
    }
  }
}
