package dev.wherry.engine.registry;

import dev.wherry.engine.network.Subnet;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Where registries are, by the names that images call them. */
final class RegistryDirectory {
  private static final String HUB = "docker.io";
  private static final String HUB_HOST = "registry-1.docker.io";
  private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1/128");

  private final List<String> insecureHosts = new ArrayList<>();
  private final List<Subnet> insecureNetworks = new ArrayList<>();
  private final List<String> mirrors;

  RegistryDirectory(RegistrySettings settings) {
    LOOPBACK.forEach(cidr -> insecureNetworks.add(Subnet.parse(cidr)));
    for (String insecure : settings.insecure()) {
      if (insecure.indexOf('/') >= 0) {
        insecureNetworks.add(Subnet.parse(insecure));
      } else {
        insecureHosts.add(insecure);
      }
    }
    mirrors =
        settings.mirrors().stream()
            .map(mirror -> mirror.endsWith("/") ? mirror.substring(0, mirror.length() - 1) : mirror)
            .toList();
  }

  /** Where a registry may answer, in the order to try. Asks the resolver; blocking. */
  List<RegistryEndpoint> endpoints(String domain) {
    List<RegistryEndpoint> endpoints = new ArrayList<>();
    if (domain.equals(HUB)) {
      for (String mirror : mirrors) {
        URI base = URI.create(mirror);
        endpoints.add(new RegistryEndpoint(base, !isInsecure(base.getRawAuthority()), true));
      }
    }
    endpoints.addAll(own(domain));
    return endpoints;
  }

  /** Where the registry itself answers, without mirrors: that is where one logs in. */
  List<RegistryEndpoint> own(String domain) {
    String host = domain.equals(HUB) ? HUB_HOST : domain;
    boolean insecure = !domain.equals(HUB) && isInsecure(host);
    List<RegistryEndpoint> endpoints = new ArrayList<>();
    endpoints.add(new RegistryEndpoint(URI.create("https://" + host), !insecure, false));
    if (insecure) {
      endpoints.add(new RegistryEndpoint(URI.create("http://" + host), false, false));
    }
    return endpoints;
  }

  private boolean isInsecure(String authority) {
    if (insecureHosts.contains(authority)) {
      return true;
    }
    String host = URI.create("http://" + authority).getHost();
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (insecureNetworks.stream().anyMatch(network -> network.contains(address))) {
          return true;
        }
      }
      return false;
    } catch (UnknownHostException e) {
      // Then nothing will answer there, and the attempt says so.
      return false;
    }
  }
}
