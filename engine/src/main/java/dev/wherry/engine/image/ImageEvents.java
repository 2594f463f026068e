package dev.wherry.engine.image;

import dev.wherry.engine.event.EngineEvent;
import dev.wherry.engine.event.Journal;
import java.util.HashMap;
import java.util.Map;

/** Tells the journal what happens to images, with dockerd's attributes. */
final class ImageEvents {
  private final Journal journal;

  ImageEvents(Journal journal) {
    this.journal = journal;
  }

  /**
   * Tells of an image under its id.
   *
   * @param at where its labels are found
   */
  void tell(ImageIndex at, String action, String imageId, String name) {
    tell(at, action, imageId, imageId, name);
  }

  /**
   * Tells of an image.
   *
   * @param actor what the event calls it
   * @param name goes with its labels
   */
  void tell(ImageIndex at, String action, String imageId, String actor, String name) {
    Map<String, String> attributes = new HashMap<>();
    Image image = at.byId().get(imageId);
    if (image != null && image.config().labels() != null) {
      attributes.putAll(image.config().labels());
    }
    attributes.put("name", name);
    journal.append(EngineEvent.Type.IMAGE, action, actor, attributes);
  }
}
