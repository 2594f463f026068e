package dev.wherry.api.route;

import dev.wherry.api.dto.DistributionView;
import dev.wherry.api.dto.DistributionView.DescriptorView;
import dev.wherry.api.dto.DistributionView.PlatformView;
import dev.wherry.api.dto.LoginRequest;
import dev.wherry.api.dto.SearchResultView;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Filters;
import dev.wherry.api.http.Json;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.registry.Credentials;
import dev.wherry.engine.registry.RegistryClient.Distribution;
import dev.wherry.verticles.image.Images;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Questions to registries that move no image. */
final class RegistryRoutes {
  private static final Json.Shape<LoginRequest> LOGIN = Json.shape(LoginRequest.class);

  private static final Set<String> SEARCH_FILTERS = Set.of("is-automated", "is-official", "stars");

  private final Images images;

  RegistryRoutes(Images images) {
    this.images = images;
  }

  void mount(Routes routes) {
    routes
        .post("/auth", this::login)
        .get("/images/search", this::search)
        .named(HttpMethod.GET, "/distribution/", "/json", this::inspect);
  }

  private void login(Exchange exchange) {
    exchange.then(
        exchange.body(),
        body -> {
          LoginRequest request = Json.read(body, LOGIN);
          if (request == null) {
            throw new EngineException.InvalidParameter("invalid JSON: an object is expected");
          }
          exchange.then(
              images.login(text(request.serverAddress()), credentials(request)),
              token -> exchange.reply(200, new LoggedIn(token, "Login Succeeded")));
        });
  }

  private static Credentials credentials(LoginRequest request) {
    return new Credentials(
        text(request.username()),
        text(request.password()),
        text(request.identityToken()),
        text(request.registryToken()));
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  private void inspect(Exchange exchange) {
    ImageReference name = ImageReference.parse(exchange.path("name"));
    exchange.then(
        images.askRegistry(name, RegistryAuth.of(exchange)),
        found -> exchange.reply(200, view(found)));
  }

  private static DistributionView view(Distribution found) {
    var descriptor =
        new DescriptorView(
            found.descriptor().mediaType(),
            found.descriptor().digest().toString(),
            found.descriptor().size());
    return new DistributionView(
        descriptor,
        found.platforms().stream()
            .map(each -> new PlatformView(each.architecture(), each.os(), each.variant()))
            .toList());
  }

  private void search(Exchange exchange) {
    Filters filters = Filters.parse(exchange.queryOrEmpty("filters")).requireOnly(SEARCH_FILTERS);
    // Said before the registry is asked.
    for (String flag : List.of("is-automated", "is-official")) {
      filters.flag(flag, true);
    }
    int stars = filters.get("stars").stream().mapToInt(RegistryRoutes::stars).max().orElse(0);
    Integer limit = exchange.optionalNumber("limit");
    exchange.then(
        images.search(
            exchange.queryOrEmpty("term"), limit == null ? 0 : limit, RegistryAuth.of(exchange)),
        found ->
            exchange.reply(
                200,
                found.stream()
                    .filter(each -> each.stars() >= stars)
                    .filter(each -> filters.flag("is-official", each.official()) == each.official())
                    .filter(
                        each -> filters.flag("is-automated", each.automated()) == each.automated())
                    .map(
                        each ->
                            new SearchResultView(
                                each.stars(),
                                each.official(),
                                each.name(),
                                each.automated(),
                                each.description()))
                    .toList()));
  }

  private static int stars(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new EngineException.InvalidParameter(
          "invalid filter 'stars=%1$s': strconv.Atoi: parsing \"%1$s\": invalid syntax"
              .formatted(text),
          e);
    }
  }

  private record LoggedIn(String identityToken, String status) {}
}
