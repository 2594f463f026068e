package dev.wherry.api.mapping.create;

import dev.wherry.api.dto.CreateRequest;
import dev.wherry.api.dto.HealthcheckRequest;
import dev.wherry.api.dto.HostConfigRequest;
import dev.wherry.api.dto.NetworkingConfigRequest;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.api.mapping.Port;
import dev.wherry.engine.image.Healthcheck;
import dev.wherry.engine.lifecycle.NewContainer;
import dev.wherry.engine.network.Attachment;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns a request that keeps the rules into the engine's terms. */
final class NewContainerMapper {
  private final CreateRequest request;
  private final HostConfigRequest host;
  private final CreateDefaults defaults;
  private final ApiVersion version;

  NewContainerMapper(
      CreateRequest request, HostConfigRequest host, CreateDefaults defaults, ApiVersion version) {
    this.request = request;
    this.host = host;
    this.defaults = defaults;
    this.version = version;
  }

  NewContainer map(String name, String platform) {
    return new NewContainer(
        name,
        platform,
        text(request.image()),
        text(request.hostname()),
        text(request.domainname()),
        text(request.user()),
        request.attachStdin(),
        request.attachStdout(),
        request.attachStderr(),
        ports(request.exposedPorts()),
        request.tty(),
        request.openStdin(),
        request.stdinOnce(),
        list(request.env()),
        request.cmd(),
        request.healthcheck() == null
            ? null
            : healthcheck(request.healthcheck(), version.atLeast(1, 44)),
        request.volumes() == null ? Set.of() : Set.copyOf(request.volumes().keySet()),
        text(request.workingDir()),
        request.entrypoint(),
        request.networkDisabled(),
        text(request.macAddress()),
        map(request.labels()),
        request.stopSignal(),
        request.stopTimeout(),
        request.shell(),
        request.onBuild(),
        new HostConfigMapper(host, defaults, version).map(),
        endpoints(request.networkingConfig()));
  }

  static Set<String> ports(@Nullable Map<String, ?> exposed) {
    var ports = new LinkedHashSet<String>();
    if (exposed != null) {
      exposed.keySet().forEach(port -> ports.addAll(Port.expand(port)));
    }
    return ports;
  }

  /**
   * @param withStartInterval whether the client knows of it
   */
  static Healthcheck healthcheck(HealthcheckRequest check, boolean withStartInterval) {
    return new Healthcheck(
        list(check.test()),
        check.interval(),
        check.timeout(),
        check.startPeriod(),
        withStartInterval ? check.startInterval() : 0,
        check.retries());
  }

  private Map<String, Attachment.Request> endpoints(@Nullable NetworkingConfigRequest networking) {
    var endpoints = new LinkedHashMap<String, Attachment.Request>();
    if (networking != null && networking.endpointsConfig() != null) {
      networking
          .endpointsConfig()
          .forEach(
              (network, endpoint) ->
                  // The default network by its other name, as the command line gives it.
                  endpoints.put(network, EndpointMapper.request(endpoint, version)));
    }
    return endpoints;
  }

  static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  static <T> List<T> list(@Nullable List<T> values) {
    return values == null ? List.of() : values;
  }

  static Map<String, String> map(@Nullable Map<String, String> values) {
    return values == null ? Map.of() : values;
  }
}
