package dev.wherry.api.mapping.create;

import dev.wherry.api.dto.CreateRequest;
import dev.wherry.engine.image.ImageConfig;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The part of a container's configuration that an image keeps, as a commit may give it. */
public final class ImageConfigMapper {
  private ImageConfigMapper() {}

  /** Maps it; what is left out stays open. */
  public static ImageConfig map(CreateRequest request) {
    return new ImageConfig(
        NewContainerMapper.text(request.user()),
        request.exposedPorts() == null ? null : NewContainerMapper.ports(request.exposedPorts()),
        request.env(),
        request.entrypoint(),
        request.cmd(),
        keys(request.volumes()),
        NewContainerMapper.text(request.workingDir()),
        request.labels(),
        request.stopSignal(),
        request.stopTimeout(),
        request.healthcheck() == null
            ? null
            : NewContainerMapper.healthcheck(request.healthcheck(), true),
        request.onBuild(),
        request.shell(),
        false);
  }

  private static @Nullable Set<String> keys(@Nullable Map<String, ?> map) {
    return map == null ? null : Set.copyOf(map.keySet());
  }
}
