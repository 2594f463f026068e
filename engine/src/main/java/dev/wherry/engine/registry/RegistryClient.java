package dev.wherry.engine.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.content.Descriptor.Platform;
import dev.wherry.engine.content.Manifest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.image.ImageStore;
import dev.wherry.engine.image.Platforms;
import dev.wherry.engine.store.Json;
import dev.wherry.engine.store.JsonDocumentStore;
import dev.wherry.engine.tar.TarFormatException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What can be done with registries. Blocking, thread-safe. */
public final class RegistryClient {
  private static final String HUB = "docker.io";
  private static final List<String> HUB_INDEX = List.of("", "index.docker.io", HUB);

  private final RegistryHttp http;
  private final RegistryDirectory directory;
  private final ImagePull pull;
  private final ImagePush push;
  private final ImageStore store;

  /**
   * @param directory for what is remembered of registries
   * @param executor runs the transfers, each on a thread of its own
   */
  public RegistryClient(
      RegistryHttp http,
      ImageStore store,
      RegistrySettings settings,
      Path directory,
      Executor executor) {
    LayerOrigins origins =
        new LayerOrigins(
            new JsonDocumentStore<>(directory.resolve("origins"), LayerOrigins.Layers.class),
            () -> layersOf(store));
    this.http = http;
    this.directory = new RegistryDirectory(settings);
    this.store = store;
    this.pull = new ImagePull(store, new LayerDownloads(executor, settings), origins);
    this.push = new ImagePush(store, new LayerUploads(executor, origins, settings));
  }

  private static Set<String> layersOf(ImageStore store) {
    return store.list().stream()
        .flatMap(image -> image.diffIds().stream())
        .collect(Collectors.toSet());
  }

  /** Work with a registry that answers. */
  private interface Work<T> {
    T in(RegistrySession session) throws IOException;
  }

  /**
   * Pulls an image, or all of a repository.
   *
   * @param consumer told of progress, from several threads
   * @throws EngineException with dockerd's text; nothing of the image is left then, unless it is
   *     just for another platform than asked for
   */
  public void pull(
      PullRequest request, Cancellation cancellation, Consumer<ImageProgress> consumer) {
    PullProgress progress = new PullProgress(consumer);
    ImageReference reference = request.reference();
    List<Image> pulled =
        with(
            directory.endpoints(reference.domain()),
            request.credentials(),
            Repository.scope(reference),
            cancellation,
            session ->
                pull.all(request, new Repository(session, reference), cancellation, progress),
            error -> pullFailed(error, reference));
    store.pulled(reference);
    // The image is there then, but not the one that was asked for.
    pulled.forEach(image -> Platforms.require(image, reference.toString(), request.platform()));
  }

  /**
   * Pushes an image, or all of a repository.
   *
   * @throws EngineException with dockerd's text
   */
  public void push(PushRequest request, Cancellation cancellation, PushListener listener) {
    PushProgress progress = new PushProgress(listener);
    ImageReference reference = request.reference();
    progress.line(
        "The push refers to repository [%s]"
            .formatted(reference.domain() + "/" + reference.path()));
    List<ImageReference> tags = push.wanted(reference);
    with(
        directory.own(reference.domain()),
        request.credentials(),
        PushTarget.scope(reference),
        cancellation,
        session -> {
          PushTarget target = new PushTarget(session, reference, cancellation);
          for (ImageReference tag : tags) {
            push.one(tag, target, cancellation, progress);
          }
          return true;
        },
        error -> new EngineException.Internal(String.valueOf(error.getMessage()), error));
    store.pushed(reference);
  }

  /**
   * Imports a root file system that lies somewhere on the web, not in a registry.
   *
   * @param source its address
   * @throws EngineException if it can't be had or is none; nothing of it is left then
   */
  public Image importFrom(
      String source,
      ImageStore.Import request,
      Cancellation cancellation,
      Consumer<ImageProgress> progress) {
    try (RegistryHttp.Answer answer = RemoteArchive.open(http, source, cancellation)) {
      progress.accept(ImageProgress.message("Downloading from " + source));
      return store.importRootfs(answer.body(), request, progress);
    } catch (IOException e) {
      cancellation.check();
      throw new EngineException.Internal(String.valueOf(e.getMessage()), e);
    }
  }

  /** Does work where the registry answers: at the first endpoint that does. */
  private <T> T with(
      List<RegistryEndpoint> endpoints,
      Credentials credentials,
      String scope,
      Cancellation cancellation,
      Work<T> work,
      Function<RegistryError, EngineException> refused) {
    Exception last = null;
    for (RegistryEndpoint endpoint : endpoints) {
      RegistrySession session =
          new RegistrySession(http, endpoint, credentials, scope, cancellation);
      try {
        session.ping(cancellation);
        return work.in(session);
      } catch (IOException | EngineException e) {
        cancellation.check();
        last = e;
        if (!endpoint.mirror() && session.hasAnswered()) {
          break;
        }
      }
    }
    throw translate(last, refused);
  }

  private static EngineException translate(
      @Nullable Exception failure, Function<RegistryError, EngineException> refused) {
    return switch (failure) {
      case EngineException known -> known;
      case RegistryError error -> refused.apply(error);
      case TarFormatException e ->
          new EngineException.InvalidParameter("failed to register layer: " + e.getMessage(), e);
      case null, default ->
          new EngineException.Internal(
              failure == null ? "no endpoint" : String.valueOf(failure.getMessage()));
    };
  }

  private static EngineException pullFailed(RegistryError error, ImageReference reference) {
    String text = String.valueOf(error.getMessage());
    return switch (error.code()) {
      case "DENIED" ->
          new EngineException.NotFound(
              "pull access denied for %s, repository does not exist or may require 'docker login': %s"
                  .formatted(reference.familiarName(), text));
      case "MANIFEST_UNKNOWN" ->
          new EngineException.NotFound(
              "manifest for %s not found: %s".formatted(reference.familiar(), text));
      case "NAME_UNKNOWN" ->
          new EngineException.NotFound(
              "repository %s not found: %s".formatted(reference.familiarName(), text));
      default ->
          error.status() == 404
              ? new EngineException.NotFound(
                  "manifest for %s not found: %s".formatted(reference.familiar(), text))
              : new EngineException.Internal(text, error);
    };
  }

  /**
   * Proves to a registry who one is.
   *
   * @param server its address as the client has it, with or without scheme and path; empty for
   *     Docker Hub
   * @return an identity token to be kept instead of the password, empty if there is none
   * @throws EngineException.Unauthorized if the registry does not believe it
   */
  public String login(String server, Credentials credentials, Cancellation cancellation) {
    Exception last = null;
    for (RegistryEndpoint endpoint : directory.own(domain(server))) {
      RegistrySession session = new RegistrySession(http, endpoint, credentials, "", cancellation);
      try {
        session.login(cancellation);
        return session.identityToken();
      } catch (RegistryError e) {
        throw loginFailed(e, endpoint);
      } catch (IOException e) {
        last = e;
        if (session.hasAnswered()) {
          break;
        }
      }
    }
    throw new EngineException.Internal(
        last == null ? "no endpoint" : String.valueOf(last.getMessage()));
  }

  private static EngineException loginFailed(RegistryError error, RegistryEndpoint endpoint) {
    // What a token server said is more than a status.
    String text =
        error.getCause() instanceof RegistryError
            ? String.valueOf(error.getMessage())
            : "login attempt to %s failed with status: %s"
                .formatted(endpoint.resolve(""), statusLine(error.status()));
    return error.status() == 401 || error.status() == 403
        ? new EngineException.Unauthorized(text)
        : new EngineException.Internal(text, error);
  }

  private static String statusLine(int status) {
    return switch (status) {
      case 401 -> "401 Unauthorized";
      case 403 -> "403 Forbidden";
      default -> String.valueOf(status);
    };
  }

  private static String domain(String server) {
    String host = server.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
    if (HUB_INDEX.contains(host)) {
      return HUB;
    }
    try {
      if (URI.create("https://" + host).getHost() != null) {
        return host;
      }
    } catch (IllegalArgumentException e) {
      throw new EngineException.InvalidParameter("unable to parse server address: " + server, e);
    }
    throw new EngineException.InvalidParameter("unable to parse server address: " + server);
  }

  /**
   * An image that was found.
   *
   * @param name as it can be pulled
   * @param stars how many like it; 0 where nobody counts
   */
  public record Found(
      String name, String description, int stars, boolean official, boolean automated) {}

  /**
   * Searches for images.
   *
   * @param term words, for Docker Hub; with a registry's name and a slash before them for that one
   * @param wanted most results, 0 for the usual number
   */
  public List<Found> search(
      String term, int wanted, Credentials credentials, Cancellation cancellation) {
    int limit = ImageSearch.limit(wanted);
    if (term.contains("://")) {
      throw new EngineException.InvalidParameter(
          "invalid repository name: repository name (%s) should not have a scheme".formatted(term));
    }
    int slash = term.indexOf('/');
    String first = slash < 0 ? "" : term.substring(0, slash);
    boolean named = first.matches(".*[.:].*") || first.equals("localhost");
    String domain = named ? domain(first) : HUB;
    String words = named ? term.substring(slash + 1) : term;
    if (domain.equals(HUB)) {
      RegistrySession session =
          new RegistrySession(http, ImageSearch.HUB, credentials, "", cancellation);
      try {
        return ImageSearch.hub(session, words, limit, cancellation);
      } catch (IOException e) {
        throw new EngineException.Internal(String.valueOf(e.getMessage()), e);
      }
    }
    return with(
        directory.own(domain),
        credentials,
        ImageSearch.CATALOG_SCOPE,
        cancellation,
        session -> ImageSearch.catalog(session, domain, words, limit, cancellation),
        RegistryClient::refused);
  }

  /**
   * What a registry has under a name.
   *
   * @param descriptor of the manifest or index
   * @param platforms that it can run on
   */
  public record Distribution(Descriptor descriptor, List<Platform> platforms) {}

  /** Asks a registry for a name's manifest, without pulling it. */
  public Distribution inspect(
      ImageReference name, Credentials credentials, Cancellation cancellation) {
    ImageReference reference = name.withDefaultTag();
    return with(
        directory.endpoints(reference.domain()),
        credentials,
        Repository.scope(reference),
        cancellation,
        session -> {
          Repository repository = new Repository(session, reference);
          Repository.Fetched fetched =
              repository.manifest(Repository.tagOrDigest(reference), cancellation);
          Descriptor descriptor =
              new Descriptor(fetched.mediaType(), fetched.digest(), fetched.size(), Map.of(), null);
          return new Distribution(descriptor, platforms(repository, fetched, cancellation));
        },
        RegistryClient::refused);
  }

  private static EngineException refused(RegistryError error) {
    String text = String.valueOf(error.getMessage());
    return switch (error.status()) {
      case 401 -> new EngineException.Unauthorized(text);
      case 403 -> new EngineException.Forbidden(text);
      case 404 -> new EngineException.NotFound(text);
      default -> new EngineException.Internal(text, error);
    };
  }

  private static List<Platform> platforms(
      Repository repository, Repository.Fetched fetched, Cancellation cancellation)
      throws IOException {
    List<Platform> platforms = new ArrayList<>();
    switch (fetched.manifest()) {
      case Manifest.Index(List<Descriptor> manifests) -> {
        for (Descriptor manifest : manifests) {
          if (manifest.platform() != null) {
            platforms.add(manifest.platform());
          }
        }
      }
      case Manifest.ImageManifest(Descriptor config, List<Descriptor> layers) -> {
        try {
          JsonNode json = Json.mapper().readTree(repository.config(config, cancellation));
          platforms.add(
              new Platform(
                  json.path("os").asText(""),
                  json.path("architecture").asText(""),
                  json.path("variant").asText("")));
        } catch (JsonProcessingException e) {
          throw new EngineException.InvalidParameter(
              "invalid image configuration: " + e.getOriginalMessage(), e);
        }
      }
    }
    return platforms;
  }
}
