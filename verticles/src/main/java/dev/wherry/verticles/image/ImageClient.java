package dev.wherry.verticles.image;

import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.image.ImageStore;
import dev.wherry.engine.image.ImageStore.ImageDeletion;
import dev.wherry.engine.image.ImageStore.Import;
import dev.wherry.engine.image.ImageStore.LoadedImage;
import dev.wherry.engine.image.ImageStore.StoredManifest;
import dev.wherry.engine.registry.Cancellation;
import dev.wherry.engine.registry.Credentials;
import dev.wherry.engine.registry.PullRequest;
import dev.wherry.engine.registry.PushListener;
import dev.wherry.engine.registry.PushRequest;
import dev.wherry.engine.registry.RegistryClient.Distribution;
import dev.wherry.engine.registry.RegistryClient.Found;
import dev.wherry.verticles.bus.Addresses;
import dev.wherry.verticles.bus.Archive;
import dev.wherry.verticles.bus.BodyInputStream;
import dev.wherry.verticles.bus.Commands;
import dev.wherry.verticles.bus.Contexts;
import dev.wherry.verticles.bus.OutputStreamSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import java.util.List;
import java.util.function.Consumer;

/** Asks {@link ImageVerticle}; reads go straight to the store's memory. */
public final class ImageClient implements Images {
  private final Vertx vertx;
  private final ImageStore store;

  public ImageClient(Vertx vertx, ImageStore store) {
    this.vertx = vertx;
    this.store = store;
  }

  @Override
  public List<Image> list() {
    return store.list();
  }

  @Override
  public Image get(String nameOrId) {
    return store.get(nameOrId);
  }

  @Override
  public StoredManifest manifest(String id) {
    return store.manifest(id);
  }

  @Override
  public Future<List<LoadedImage>> load(
      ReadStream<Buffer> archive, String platform, Consumer<ImageProgress> progress) {
    ContextInternal caller = Contexts.current(vertx);
    return ask(
        new ImageCommand.Load(
            new BodyInputStream(caller, archive), platform, told(caller, progress)));
  }

  @Override
  public Future<Archive> save(List<String> namesOrIds, String platform) {
    OutputStreamSource source = new OutputStreamSource(Contexts.current(vertx));
    return ask(new ImageCommand.Save(List.copyOf(namesOrIds), platform, source))
        .map(ignored -> source.archive());
  }

  @Override
  public Future<Image> importRootfs(
      ReadStream<Buffer> tar, Import request, Consumer<ImageProgress> progress) {
    ContextInternal caller = Contexts.current(vertx);
    return ask(
        new ImageCommand.ImportRootfs(
            new BodyInputStream(caller, tar), request, told(caller, progress)));
  }

  @Override
  public Transfer<Image> importFrom(
      String source, Import request, Consumer<ImageProgress> progress) {
    Cancellation cancellation = new Cancellation();
    ContextInternal caller = Contexts.current(vertx);
    Future<Image> done =
        ask(new ImageCommand.ImportFrom(source, request, cancellation, told(caller, progress)));
    return new Transfer<>(done, cancellation::cancel);
  }

  @Override
  public Transfer<Void> pull(PullRequest request, Consumer<ImageProgress> progress) {
    Cancellation cancellation = new Cancellation();
    ContextInternal caller = Contexts.current(vertx);
    Future<Void> done = ask(new ImageCommand.Pull(request, cancellation, told(caller, progress)));
    return new Transfer<>(done, cancellation::cancel);
  }

  @Override
  public Transfer<Void> push(PushRequest request, PushListener listener) {
    Cancellation cancellation = new Cancellation();
    ContextInternal caller = Contexts.current(vertx);
    PushListener told =
        new PushListener() {
          @Override
          public void progress(ImageProgress progress) {
            caller.runOnContext(ignored -> listener.progress(progress));
          }

          @Override
          public void pushed(Pushed manifest) {
            caller.runOnContext(ignored -> listener.pushed(manifest));
          }
        };
    Future<Void> done = ask(new ImageCommand.Push(request, cancellation, told));
    return new Transfer<>(done, cancellation::cancel);
  }

  @Override
  public Future<String> login(String server, Credentials credentials) {
    return ask(new ImageCommand.Login(server, credentials));
  }

  @Override
  public Future<Distribution> askRegistry(ImageReference name, Credentials credentials) {
    return ask(new ImageCommand.AskRegistry(name, credentials));
  }

  @Override
  public Future<List<Found>> search(String term, int limit, Credentials credentials) {
    return ask(new ImageCommand.Search(term, limit, credentials));
  }

  @Override
  public Future<Image> tag(String nameOrId, String reference) {
    return ask(new ImageCommand.Tag(nameOrId, reference));
  }

  @Override
  public Future<List<ImageDeletion>> remove(String nameOrId, boolean force, boolean prune) {
    return ask(new ImageCommand.Remove(nameOrId, force, prune));
  }

  private <R> Future<R> ask(ImageCommand<R> command) {
    return Commands.ask(vertx, Addresses.IMAGE, command);
  }

  /** Progress comes from a worker and is told on the caller's context, in order. */
  private static Consumer<ImageProgress> told(
      ContextInternal caller, Consumer<ImageProgress> progress) {
    return report -> caller.runOnContext(ignored -> progress.accept(report));
  }
}
