package dev.wherry.api.mapping.create;

import dev.wherry.api.dto.CreateRequest;
import dev.wherry.api.dto.HostConfigRequest;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.api.http.Json;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.lifecycle.NewContainer;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * From a create request to a new container: first the rules, in order, then the mapping. Each
 * member is mapped or refused by name; what needs images, networks, volumes or the host's kernel to
 * be judged is left to the engine.
 */
public final class CreateRequestRules {
  static final HostConfigRequest NO_HOST =
      Objects.requireNonNull(Json.read(Buffer.buffer("{}"), Json.shape(HostConfigRequest.class)));

  private static final List<Rule> RULES =
      Stream.of(
              ConfigRules.ALL,
              NetworkRules.ALL,
              ResourceRules.ALL,
              List.of(ResourceRules.SWAP_NEEDS_MEMORY, NetworkRules.ENDPOINTS_HAVE_SETTINGS),
              UnsupportedRules.ALL)
          .flatMap(List::stream)
          .toList();

  private final CreateDefaults defaults;

  public CreateRequestRules(CreateDefaults defaults) {
    this.defaults = defaults;
  }

  /** What a request came to. */
  public record Accepted(NewContainer container, List<String> warnings) {}

  /**
   * Checks and maps a request.
   *
   * @param request the body, {@code null} for the JSON {@code null}
   * @param name the container's name, empty for a generated one
   * @param platform empty for any
   * @param version the API version that the client speaks
   * @throws EngineException.InvalidParameter for a value that is wrong
   * @throws EngineException.NotImplemented naming an option this engine does not have
   */
  public Accepted accept(
      @Nullable CreateRequest request, String name, String platform, ApiVersion version) {
    if (request == null || request.isEmpty()) {
      throw new EngineException.InvalidParameter(
          "Config cannot be empty in order to create a container");
    }
    HostConfigRequest host = request.hostConfig() == null ? NO_HOST : request.hostConfig();
    var warnings = new ArrayList<String>();
    var subject = new Rule.Case(request, host, defaults, warnings);
    for (Rule rule : RULES) {
      if (rule.holdsFor(version)) {
        rule.check().check(subject);
      }
    }
    var mapper = new NewContainerMapper(request, host, defaults, version);
    return new Accepted(mapper.map(name, platform), warnings);
  }
}
