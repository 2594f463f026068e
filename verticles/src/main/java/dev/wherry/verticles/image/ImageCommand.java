package dev.wherry.verticles.image;

import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.image.ImageStore.ImageDeletion;
import dev.wherry.engine.image.ImageStore.Import;
import dev.wherry.engine.image.ImageStore.LoadedImage;
import dev.wherry.engine.registry.Cancellation;
import dev.wherry.engine.registry.Credentials;
import dev.wherry.engine.registry.PullRequest;
import dev.wherry.engine.registry.PushListener;
import dev.wherry.engine.registry.PushRequest;
import dev.wherry.engine.registry.RegistryClient.Distribution;
import dev.wherry.engine.registry.RegistryClient.Found;
import dev.wherry.verticles.bus.BodyInputStream;
import dev.wherry.verticles.bus.Command;
import dev.wherry.verticles.bus.OutputStreamSource;
import java.util.List;
import java.util.function.Consumer;

/** What {@link ImageVerticle} is asked. */
sealed interface ImageCommand<R> extends Command<R> {

  record Load(BodyInputStream archive, String platform, Consumer<ImageProgress> progress)
      implements ImageCommand<List<LoadedImage>> {}

  /** Answered once all images are known to exist; the archive is written from then on. */
  record Save(List<String> namesOrIds, String platform, OutputStreamSource archive)
      implements ImageCommand<Void> {}

  record ImportRootfs(BodyInputStream tar, Import request, Consumer<ImageProgress> progress)
      implements ImageCommand<Image> {}

  record ImportFrom(
      String source, Import request, Cancellation cancellation, Consumer<ImageProgress> progress)
      implements ImageCommand<Image> {}

  record Pull(PullRequest request, Cancellation cancellation, Consumer<ImageProgress> progress)
      implements ImageCommand<Void> {}

  record Push(PushRequest request, Cancellation cancellation, PushListener listener)
      implements ImageCommand<Void> {}

  /** Answered with an identity token, empty if there is none. */
  record Login(String server, Credentials credentials) implements ImageCommand<String> {}

  record AskRegistry(ImageReference name, Credentials credentials)
      implements ImageCommand<Distribution> {}

  record Search(String term, int limit, Credentials credentials)
      implements ImageCommand<List<Found>> {}

  record Tag(String nameOrId, String reference) implements ImageCommand<Image> {}

  record Remove(String nameOrId, boolean force, boolean prune)
      implements ImageCommand<List<ImageDeletion>> {}
}
