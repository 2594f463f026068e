package dev.wherry.api.route;

import dev.wherry.api.dto.DistributionView;
import dev.wherry.api.dto.DistributionView.DescriptorView;
import dev.wherry.api.dto.DistributionView.PlatformView;
import dev.wherry.api.dto.LoginRequest;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Json;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.registry.Credentials;
import dev.wherry.engine.registry.RegistryClient.Distribution;
import dev.wherry.verticles.image.Images;
import io.vertx.core.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/** Questions to registries that move no image. */
final class RegistryRoutes {
  private static final Json.Shape<LoginRequest> LOGIN = Json.shape(LoginRequest.class);

  private final Images images;

  RegistryRoutes(Images images) {
    this.images = images;
  }

  void mount(Routes routes) {
    routes
        .post("/auth", this::login)
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

  private record LoggedIn(String identityToken, String status) {}
}
