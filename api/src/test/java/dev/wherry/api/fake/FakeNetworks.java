package dev.wherry.api.fake;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.network.Network;
import dev.wherry.engine.network.NetworkManager.NetworkSpec;
import dev.wherry.verticles.network.Networks;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Networks in memory: the three that are always there, and what is made. */
public final class FakeNetworks implements Networks {
  public final List<Network> networks =
      new CopyOnWriteArrayList<>(
          List.of(
              network(Fixtures.BRIDGE_ID, "bridge", "bridge"),
              network("a1".repeat(32), "host", "host"),
              network("a2".repeat(32), "none", "null")));

  /** A network of no particular kind. */
  public static Network network(String id, String name, String driver) {
    return new Network(
        id,
        name,
        Fixtures.CREATED,
        "local",
        driver,
        true,
        false,
        false,
        false,
        false,
        "",
        List.of(),
        Map.of(),
        Map.of());
  }

  @Override
  public List<Network> list() {
    return List.copyOf(networks);
  }

  @Override
  public Network get(String ref) {
    return networks.stream()
        .filter(network -> network.name().equals(ref) || network.id().startsWith(ref))
        .findFirst()
        .orElseThrow(() -> new EngineException.NotFound("network " + ref + " not found"));
  }

  @Override
  public Future<Network> create(NetworkSpec spec) {
    Network made =
        new Network(
            "d0".repeat(32),
            spec.name(),
            Fixtures.CREATED,
            "local",
            spec.driver(),
            !Boolean.FALSE.equals(spec.enableIpv4()),
            Boolean.TRUE.equals(spec.enableIpv6()),
            spec.internal(),
            spec.attachable(),
            spec.configOnly(),
            spec.configFrom(),
            spec.pools(),
            spec.options(),
            spec.labels());
    networks.add(made);
    return Future.succeededFuture(made);
  }

  @Override
  public Future<Void> remove(String ref) {
    networks.remove(get(ref));
    return Future.succeededFuture();
  }
}
