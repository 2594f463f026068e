package dev.wherry.api.route;

import dev.wherry.api.http.Exchange;
import dev.wherry.api.stream.BodyStream;
import dev.wherry.api.stream.ProgressStream;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.image.ImageStore.Import;
import dev.wherry.engine.image.ImageStore.LoadedImage;
import dev.wherry.engine.image.Platforms;
import dev.wherry.engine.registry.PullRequest;
import dev.wherry.engine.registry.PushListener;
import dev.wherry.engine.registry.PushRequest;
import dev.wherry.verticles.image.Images;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Images on their way in and out: archives, root file systems, and registries. */
final class ImageTransferRoutes {
  private final Images images;

  ImageTransferRoutes(Images images) {
    this.images = images;
  }

  void mount(Routes routes) {
    routes
        .post("/images/load", this::load)
        .post("/images/create", this::create)
        .named(HttpMethod.POST, "/images/", "/push", this::push)
        .get("/images/get", e -> save(e, names(e)))
        .named(HttpMethod.GET, "/images/", "/get", e -> save(e, List.of(e.path("name"))));
  }

  private void load(Exchange exchange) {
    String platform = PlatformParameter.of(exchange);
    boolean quiet = exchange.flag("quiet", true);
    var progress = new ProgressStream(exchange);
    progress.open();
    images
        .load(exchange.bodyStream(), platform, quiet ? report -> {} : progress::report)
        .onSuccess(
            loaded -> {
              loaded.forEach(image -> progress.text(loadedText(image)));
              progress.end();
            })
        .onFailure(progress::fail);
  }

  private static String loadedText(LoadedImage loaded) {
    String reference = loaded.reference();
    return reference == null
        ? "Loaded image ID: " + loaded.image().id() + "\n"
        : "Loaded image: " + reference + "\n";
  }

  private void create(Exchange exchange) {
    String image = exchange.queryOrEmpty("fromImage");
    if (!image.isEmpty()) {
      pull(exchange, image);
      return;
    }
    String source = exchange.queryOrEmpty("fromSrc");
    if (source.isEmpty()) {
      throw new EngineException.InvalidParameter("fromImage or fromSrc must be given");
    }
    importRootfs(exchange, source);
  }

  private void pull(Exchange exchange, String image) {
    PullRequest request =
        PullRequest.of(
            image,
            exchange.queryOrEmpty("tag"),
            exchange.queryOrEmpty("platform"),
            RegistryAuth.of(exchange));
    var progress = new ProgressStream(exchange);
    follow(exchange, images.pull(request, progress::report), done -> progress.end(), progress);
  }

  /** Ends the answer with the transfer, and the transfer when nobody is there for the answer. */
  private static <T> void follow(
      Exchange exchange, Images.Transfer<T> transfer, Handler<T> end, ProgressStream progress) {
    exchange
        .response()
        .closeHandler(
            closed -> {
              if (!exchange.response().ended()) {
                transfer.cancel().run();
              }
            });
    transfer.done().onSuccess(end).onFailure(progress::fail);
  }

  private void push(Exchange exchange) {
    String platform = PlatformParameter.of(exchange, 46);
    PushRequest request =
        PushRequest.of(
            exchange.path("name"), exchange.queryOrEmpty("tag"), RegistryAuth.of(exchange));
    if (!platform.isEmpty()) {
      // An image here is for one platform: it is pushed as it is, or not at all.
      String name = request.reference().withDefaultTag().familiar();
      Platforms.require(images.get(name), name, platform);
    }
    var progress = new ProgressStream(exchange);
    var listener =
        new PushListener() {
          @Override
          public void progress(ImageProgress report) {
            progress.report(report);
          }

          @Override
          public void pushed(Pushed manifest) {
            progress.aux(
                new PushResult(manifest.tag(), manifest.digest().toString(), manifest.size()));
          }
        };
    follow(exchange, images.push(request, listener), done -> progress.end(), progress);
  }

  /** Docker's {@code PushResult}. */
  private record PushResult(String tag, String digest, int size) {}

  private void importRootfs(Exchange exchange, String source) {
    String message = exchange.queryOrEmpty("message");
    String platform = exchange.queryOrEmpty("platform");
    var request =
        new Import(
            reference(exchange),
            exchange.queryAll("changes"),
            message.isEmpty() ? "Imported from " + source : message,
            platform.isEmpty() ? null : platform);
    var progress = new ProgressStream(exchange);
    Handler<Image> end =
        image -> {
          progress.status(image.id());
          progress.end();
        };
    if (source.equals("-")) {
      images
          .importRootfs(exchange.bodyStream(), request, progress::report)
          .onSuccess(end)
          .onFailure(progress::fail);
    } else {
      follow(exchange, images.importFrom(source, request, progress::report), end, progress);
    }
  }

  private static @Nullable String reference(Exchange exchange) {
    String repository = exchange.queryOrEmpty("repo");
    String tag = exchange.queryOrEmpty("tag");
    if (repository.isEmpty()) {
      return null;
    }
    return NewName.of(repository, tag);
  }

  private static List<String> names(Exchange exchange) {
    var names = new ArrayList<String>();
    for (String value : exchange.queryAll("names")) {
      // Old clients sent them in one, with commas.
      names.addAll(List.of(value.split(",")));
    }
    return names;
  }

  private void save(Exchange exchange, List<String> names) {
    String platform = PlatformParameter.of(exchange);
    exchange.then(
        images.save(names, platform),
        archive ->
            BodyStream.serve(
                exchange, "application/x-tar", archive, piece -> piece, archive::cancel));
  }
}
