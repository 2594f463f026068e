package dev.wherry.verticles.image;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageStore;
import dev.wherry.engine.image.ImageStore.ImageUsers;
import dev.wherry.engine.registry.Cancellation;
import dev.wherry.engine.registry.RegistryClient;
import dev.wherry.verticles.bus.Addresses;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.BodyInputStream;
import dev.wherry.verticles.bus.Commands;
import dev.wherry.verticles.bus.EngineFailure;
import dev.wherry.verticles.bus.OutputStreamSource;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.util.concurrent.Callable;

/**
 * Images. The store orders its own changes; this verticle chooses where they wait: what is paced by
 * a client's connection has a pool of its own, and so has what is paced by a registry, so that what
 * stalls holds up nothing else.
 */
public final class ImageVerticle extends VerticleBase {
  private final ImageStore store;
  private final ImageUsers users;
  private final RegistryClient registry;
  private final Blocking kernel;
  private final Blocking transfers;
  private final Blocking registries;

  /**
   * @param kernel for short work
   * @param transfers for archives that come from or go to a client
   * @param registries for what waits for a registry
   */
  public ImageVerticle(
      ImageStore store,
      ImageUsers users,
      RegistryClient registry,
      Blocking kernel,
      Blocking transfers,
      Blocking registries) {
    this.store = store;
    this.users = users;
    this.registry = registry;
    this.kernel = kernel;
    this.transfers = transfers;
    this.registries = registries;
  }

  @Override
  public Future<?> start() {
    Commands.serve(vertx, Addresses.IMAGE, ImageCommand.class, this::answer);
    return Future.succeededFuture();
  }

  private Future<?> answer(ImageCommand<?> command) {
    return switch (command) {
      case ImageCommand.Load load ->
          reading(
              load.archive(), () -> store.load(load.archive(), load.platform(), load.progress()));
      case ImageCommand.Save save -> save(save);
      case ImageCommand.ImportRootfs what ->
          reading(
              what.tar(), () -> store.importRootfs(what.tar(), what.request(), what.progress()));
      case ImageCommand.ImportFrom what ->
          registries.call(
              () ->
                  registry.importFrom(
                      what.source(), what.request(), what.cancellation(), what.progress()));
      case ImageCommand.Pull what ->
          registries.run(() -> registry.pull(what.request(), what.cancellation(), what.progress()));
      case ImageCommand.Push what ->
          registries.run(() -> registry.push(what.request(), what.cancellation(), what.listener()));
      case ImageCommand.Login login ->
          registries.call(
              () -> registry.login(login.server(), login.credentials(), new Cancellation()));
      case ImageCommand.AskRegistry what ->
          registries.call(
              () -> registry.inspect(what.name(), what.credentials(), new Cancellation()));
      case ImageCommand.Search what ->
          registries.call(
              () ->
                  registry.search(
                      what.term(), what.limit(), what.credentials(), new Cancellation()));
      case ImageCommand.Tag tag -> kernel.call(() -> store.tag(tag.nameOrId(), tag.reference()));
      case ImageCommand.Remove what ->
          kernel.call(() -> store.remove(what.nameOrId(), what.force(), what.prune(), users));
    };
  }

  private <T> Future<T> reading(BodyInputStream body, Callable<T> work) {
    return transfers.call(
        () -> {
          try (body) {
            return work.call();
          } catch (IOException e) {
            // A client that goes away is no fault of ours.
            throw body.isBroken() ? new EngineException.InvalidParameter(text(e), e) : e;
          }
        });
  }

  private static String text(IOException e) {
    return String.valueOf(e.getMessage());
  }

  private Future<Void> save(ImageCommand.Save save) {
    OutputStreamSource archive = save.archive();
    return kernel
        .call(() -> store.save(save.namesOrIds(), save.platform()))
        .map(
            export -> {
              transfers
                  .run(
                      () -> {
                        try (export) {
                          export.writeTo(archive);
                          archive.close();
                        }
                      })
                  .onFailure(failure -> archive.fail(EngineFailure.toEngineException(failure)));
              return null;
            });
  }
}
