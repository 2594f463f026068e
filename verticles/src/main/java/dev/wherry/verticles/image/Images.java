package dev.wherry.verticles.image;

import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.image.ImageStore.ImageDeletion;
import dev.wherry.engine.image.ImageStore.Import;
import dev.wherry.engine.image.ImageStore.LoadedImage;
import dev.wherry.engine.image.ImageStore.StoredManifest;
import dev.wherry.engine.registry.Credentials;
import dev.wherry.engine.registry.PullRequest;
import dev.wherry.engine.registry.PushListener;
import dev.wherry.engine.registry.PushRequest;
import dev.wherry.engine.registry.RegistryClient.Distribution;
import dev.wherry.engine.registry.RegistryClient.Found;
import dev.wherry.verticles.bus.Archive;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.List;
import java.util.function.Consumer;

/**
 * What can be asked of images. Reads answer from memory at once. Progress is told on the caller's
 * Vert.x context, before the future completes.
 */
public interface Images {

  List<Image> list();

  /** As {@link dev.wherry.engine.image.ImageStore#get}. */
  Image get(String nameOrId);

  /** As {@link dev.wherry.engine.image.ImageStore#manifest}. */
  StoredManifest manifest(String id);

  /** As {@link dev.wherry.engine.image.ImageStore#load}. */
  Future<List<LoadedImage>> load(
      ReadStream<Buffer> archive, String platform, Consumer<ImageProgress> progress);

  /** The archive as a stream, paused at first; it fails when an image cannot be read. */
  Future<Archive> save(List<String> namesOrIds, String platform);

  /** As {@link dev.wherry.engine.image.ImageStore#importRootfs}. */
  Future<Image> importRootfs(
      ReadStream<Buffer> tar, Import request, Consumer<ImageProgress> progress);

  /** As {@link dev.wherry.engine.registry.RegistryClient#importFrom}. */
  Transfer<Image> importFrom(String source, Import request, Consumer<ImageProgress> progress);

  Transfer<Void> pull(PullRequest request, Consumer<ImageProgress> progress);

  Transfer<Void> push(PushRequest request, PushListener listener);

  /** As {@link dev.wherry.engine.registry.RegistryClient#login}. */
  Future<String> login(String server, Credentials credentials);

  /** As {@link dev.wherry.engine.registry.RegistryClient#inspect}. */
  Future<Distribution> askRegistry(ImageReference name, Credentials credentials);

  /** As {@link dev.wherry.engine.registry.RegistryClient#search}. */
  Future<List<Found>> search(String term, int limit, Credentials credentials);

  Future<Image> tag(String nameOrId, String reference);

  Future<List<ImageDeletion>> remove(String nameOrId, boolean force, boolean prune);

  /**
   * Something that goes over the network, under way.
   *
   * @param done when it is over, with what came of it
   * @param cancel to be run when the client has gone
   */
  record Transfer<T>(Future<T> done, Runnable cancel) {}
}
