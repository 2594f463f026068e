package dev.wherry.api.mapping.create;

import static dev.wherry.api.mapping.create.NewContainerMapper.list;
import static dev.wherry.api.mapping.create.NewContainerMapper.map;
import static dev.wherry.api.mapping.create.NewContainerMapper.text;

import dev.wherry.api.dto.EndpointRequest;
import dev.wherry.api.dto.EndpointRequest.IpamConfigRequest;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.engine.network.Attachment;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a container asks of a network, in the engine's terms. */
public final class EndpointMapper {
  private EndpointMapper() {}

  /** Maps a request. */
  public static Attachment.Request request(@Nullable EndpointRequest endpoint, ApiVersion version) {
    if (endpoint == null) {
      return new Attachment.Request("", "", List.of(), "", List.of(), List.of(), Map.of(), 0);
    }
    IpamConfigRequest ipam = endpoint.ipamConfig();
    return new Attachment.Request(
        ipam == null ? "" : text(ipam.ipv4Address()),
        ipam == null ? "" : text(ipam.ipv6Address()),
        ipam == null ? List.of() : list(ipam.linkLocalIps()),
        version.atLeast(1, 44) ? text(endpoint.macAddress()) : "",
        list(endpoint.aliases()),
        list(endpoint.links()),
        map(endpoint.driverOpts()),
        version.atLeast(1, 48) ? endpoint.gwPriority() : 0);
  }
}
