package dev.wherry.verticles.volume;

import dev.wherry.engine.volume.Volume;
import dev.wherry.verticles.bus.Command;
import java.util.List;
import java.util.Map;

/** What {@link VolumeVerticle} is asked. */
sealed interface VolumeCommand<R> extends Command<R> {

  record Create(String name, Map<String, String> labels, Map<String, String> options)
      implements VolumeCommand<Volume> {}

  record Remove(String name, boolean force) implements VolumeCommand<Void> {}

  record Sizes(List<String> names) implements VolumeCommand<Map<String, Long>> {}
}
