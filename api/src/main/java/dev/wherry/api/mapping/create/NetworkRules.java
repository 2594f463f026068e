package dev.wherry.api.mapping.create;

import static dev.wherry.api.mapping.create.Rule.before;
import static dev.wherry.api.mapping.create.Rule.isSet;
import static dev.wherry.api.mapping.create.Rule.refuseIf;
import static dev.wherry.api.mapping.create.Rule.rule;
import static dev.wherry.api.mapping.create.Rule.since;

import dev.wherry.api.dto.EndpointRequest;
import dev.wherry.api.dto.HostConfigRequest;
import dev.wherry.api.dto.HostConfigRequest.PortBindingRequest;
import dev.wherry.api.dto.NetworkingConfigRequest;
import dev.wherry.api.mapping.Port;
import dev.wherry.api.mapping.create.Rule.Case;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Rules of ports, network modes and what cannot go together with them. */
final class NetworkRules {
  static final List<Rule> ALL =
      List.of(
          rule("published ports", c -> ports(c.host().portBindings())),
          rule("exposed ports", c -> exposed(c.request().exposedPorts())),
          rule("container network mode names one", NetworkRules::containerMode),
          rule("nothing of its own in another's network namespace", NetworkRules::sharedNamespace),
          rule(
              "no host name of its own in the host's UTS namespace",
              c ->
                  refuseIf(
                      "host".equals(c.host().utsMode()) && isSet(c.request().hostname()),
                      "conflicting options: hostname and the UTS mode")),
          rule(
              "no domain name of its own in the host's UTS namespace",
              c ->
                  refuseIf(
                      "host".equals(c.host().utsMode()) && isSet(c.request().domainname()),
                      "conflicting options: domainname and the UTS mode")),
          rule("host network mode", NetworkRules::hostMode),
          before(
              1,
              44,
              "no MAC address without a network of its own",
              c ->
                  refuseIf(
                      isSet(c.request().macAddress())
                          && (isContainer(c) || Set.of("host", "none").contains(mode(c))),
                      "conflicting options: mac-address and the network mode")),
          since(1, 44, "MAC address of the container as a whole", NetworkRules::macAddress),
          before(1, 44, "one network at create", NetworkRules::singleEndpoint));

  /** Told after what is wrong with limits, as in dockerd. */
  static final Rule ENDPOINTS_HAVE_SETTINGS =
      rule(
          "no network without settings",
          c ->
              endpointsOf(c)
                  .forEach(
                      (name, endpoint) ->
                          refuseIf(
                              endpoint == null,
                              "invalid config for network " + name + ": EndpointsConfig is nil")));

  private NetworkRules() {}

  private static void ports(@Nullable Map<String, @Nullable List<PortBindingRequest>> ports) {
    if (ports == null) {
      return;
    }
    ports.forEach(
        (port, bindings) -> {
          containerPort(port);
          if (bindings != null) {
            bindings.forEach(NetworkRules::hostPort);
          }
        });
  }

  private static void containerPort(String port) {
    String number = Port.numberPart(port);
    refuseIf(Port.range(number) == null, "invalid port specification: \"" + number + "\"");
    refuseIf(
        !Port.isProtocol(Port.protocolPart(port)),
        "invalid port specification: \"" + port + "\": unknown protocol");
  }

  private static void hostPort(PortBindingRequest binding) {
    String port = binding.hostPort() == null ? "" : binding.hostPort();
    refuseIf(
        !port.isEmpty() && Port.range(Port.numberPart(port)) == null,
        "invalid port specification: \"" + port + "\"");
    String ip = binding.hostIp() == null ? "" : binding.hostIp();
    refuseIf(!ip.isEmpty() && !Addresses.isLiteral(ip), "invalid host IP address: \"" + ip + "\"");
  }

  private static void exposed(@Nullable Map<String, ?> ports) {
    if (ports != null) {
      ports.keySet().forEach(NetworkRules::containerPort);
    }
  }

  private static String mode(Case c) {
    return c.host().networkMode() == null ? "" : c.host().networkMode();
  }

  private static boolean isContainer(Case c) {
    return mode(c).startsWith("container:");
  }

  private static void containerMode(Case c) {
    refuseIf(
        mode(c).equals("container") || mode(c).equals("container:"),
        "Invalid network mode: invalid container format container:<name|id>");
  }

  private static void sharedNamespace(Case c) {
    HostConfigRequest host = c.host();
    if (isContainer(c)) {
      refuseIf(isSet(c.request().hostname()), "conflicting options: hostname and the network mode");
      refuseIf(
          given(host.links()),
          "conflicting options: container type network can't be used with links. This would"
              + " result in undefined behavior");
      refuseIf(given(host.dns()), "conflicting options: dns and the network mode");
      refuseIf(
          given(host.extraHosts()),
          "conflicting options: custom host-to-IP mapping and the network mode");
    }
    if (isContainer(c)) {
      refuseIf(
          given(host.portBindings()) || host.publishAllPorts(),
          "conflicting options: port publishing and the container type network mode");
      refuseIf(
          given(c.request().exposedPorts()),
          "conflicting options: port exposing and the container type network mode");
    }
  }

  private static void hostMode(Case c) {
    if (!mode(c).equals("host")) {
      return;
    }
    refuseIf(
        given(c.host().links()),
        "conflicting options: host type networking can't be used with links. This would result in"
            + " undefined behavior");
    if (given(c.host().portBindings())) {
      c.warnings().add("Published ports are discarded when using host network mode");
    }
  }

  private static Map<String, @Nullable EndpointRequest> endpointsOf(Case c) {
    NetworkingConfigRequest networking = c.request().networkingConfig();
    return networking == null || networking.endpointsConfig() == null
        ? Map.of()
        : networking.endpointsConfig();
  }

  /** It belongs to a network since 1.44, and what is said of the container is told as outdated. */
  private static void macAddress(Case c) {
    String mac = c.request().macAddress();
    if (mac == null || mac.isEmpty()) {
      return;
    }
    EndpointRequest endpoint = endpointsOf(c).get(mode(c).isEmpty() ? "default" : mode(c));
    refuseIf(
        endpoint != null && isSet(endpoint.macAddress()) && !mac.equals(endpoint.macAddress()),
        "the container-wide MAC address must match the endpoint-specific MAC address for the main"
            + " network, or be left empty");
    c.warnings()
        .add(
            "The container-wide MacAddress field is now deprecated. It should be specified in"
                + " EndpointsConfig instead.");
  }

  private static void singleEndpoint(Case c) {
    var names = new TreeSet<>(endpointsOf(c).keySet());
    refuseIf(
        names.size() > 1,
        "Container cannot be created with multiple network endpoints: " + String.join(", ", names));
  }

  private static boolean given(@Nullable Collection<?> values) {
    return values != null && !values.isEmpty();
  }

  private static boolean given(@Nullable Map<String, ?> values) {
    return values != null && !values.isEmpty();
  }
}
